# An ordinary FastAPI application, without a line about AWS.
from fastapi import FastAPI, HTTPException

app = FastAPI()
users = {1: "Ada", 2: "Grace"}


@app.get("/users")
def all_users():
    return [{"id": id, "name": name} for id, name in users.items()]


@app.get("/users/{id}")
def one_user(id: int):
    if id not in users:
        raise HTTPException(404, "there is no such user")
    return {"id": id, "name": users[id]}
