// Holds files to the schema of CycloneDX that they name, with the library of its authors.
import {readFileSync} from "node:fs";
import {Validation} from "@cyclonedx/cyclonedx-library";

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  const found = await new Validation.JsonStrictValidator(JSON.parse(text).specVersion).validate(text);
  if (found !== null) {
    console.error(file, JSON.stringify(found).slice(0, 2000));
    process.exitCode = 1;
  }
}
