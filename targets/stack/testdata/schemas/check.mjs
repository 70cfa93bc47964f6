// Holds templates of CloudFormation, a list as JSON on standard input, to the published schemas
// of their resources: types, properties and their types, what is required, and attributes. It
// prints of each what is wrong, and which of its types take tags.
import { readFileSync } from 'node:fs'
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'

const db = loadAwsServiceSpecSync()
let template, wrong, taggable

const intrinsic = v => v !== null && typeof v === 'object' && !Array.isArray(v) && Object.keys(v).length === 1 && /^(Ref|Fn::.*)$/.test(Object.keys(v)[0])

function holds (value, type, at) {
  if (intrinsic(value)) {
    const [[name, argument]] = Object.entries(value)
    if (name === 'Fn::If') argument.slice(1).forEach(v => holds(v, type, at))
    return
  }
  const kind = Array.isArray(value) ? 'array' : typeof value
  switch (type.type) {
    case 'union': {
      const before = wrong.length
      for (const one of type.types) {
        holds(value, one, at)
        if (wrong.length === before) return
        wrong.splice(before)
      }
      wrong.push(`${at}: ${JSON.stringify(value)} is of none of its types`)
      return
    }
    case 'ref':
      return holdsAll(value, db.get('typeDefinition', type.reference.$ref), at)
    case 'array':
      if (kind !== 'array') wrong.push(`${at}: a list, and no ${kind}`)
      else value.forEach((v, i) => holds(v, type.element, `${at}[${i}]`))
      return
    case 'map':
      if (kind !== 'object') wrong.push(`${at}: a map, and no ${kind}`)
      else for (const [k, v] of Object.entries(value)) holds(v, type.element, `${at}.${k}`)
      return
    case 'tag':
      if (kind !== 'object' || !('Key' in value && 'Value' in value)) wrong.push(`${at}: no tag`)
      return
    case 'string':
      if (type.allowedValues && !type.allowedValues.includes(value)) wrong.push(`${at}: ${JSON.stringify(value)} is none of ${type.allowedValues}`)
      if (kind === 'object' || kind === 'array') wrong.push(`${at}: a string, and no ${kind}`)
      return
    case 'number':
    case 'integer':
      if (Number.isNaN(Number(value))) wrong.push(`${at}: a number, and no ${kind}`)
      return
    case 'boolean':
      if (kind !== 'boolean') wrong.push(`${at}: true or false, and no ${kind}`)
      return
    case 'json':
    case 'date-time':
    case 'null':
      return
    default:
      wrong.push(`${at}: the check knows no type ${type.type}`)
  }
}

function holdsAll (value, definition, at) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    wrong.push(`${at}: properties, and no ${typeof value}`)
    return
  }
  for (const [name, v] of Object.entries(value)) {
    const p = definition.properties[name]
    if (!p) wrong.push(`${at}.${name}: there is no such property`)
    else holds(v, p.type, `${at}.${name}`)
  }
  for (const [name, p] of Object.entries(definition.properties)) {
    if (p.required && !(name in value)) wrong.push(`${at}.${name}: is required`)
  }
}

const specified = kind => db.lookup('resource', 'cloudFormationType', 'equals', kind)[0]

// References: a Ref to what is there, an Fn::GetAtt to an attribute that its type has.
function refers (v, at) {
  if (v === null || typeof v !== 'object') return
  const attribute = (id, name) => {
    const r = template.Resources[id]
    if (!r) wrong.push(`${at}: there is no resource ${id}`)
    else if (name && specified(r.Type) && !(name in specified(r.Type).attributes) && !(name in specified(r.Type).properties)) wrong.push(`${at}: ${r.Type} has no attribute ${name}`)
  }
  for (const [key, value] of Object.entries(v)) {
    if (key === 'Ref') {
      if (!value.startsWith('AWS::') && !(value in template.Parameters)) attribute(value)
    } else if (key === 'Fn::GetAtt') {
      const [id, ...rest] = Array.isArray(value) ? value : value.split('.')
      attribute(id, rest.join('.'))
    } else if (key === 'Fn::Sub') {
      for (const [, name] of value.matchAll(/\$\{([^!}]+)\}/g)) {
        const [id, ...rest] = name.split('.')
        if (!name.startsWith('AWS::') && !(name in template.Parameters)) attribute(id, rest.join('.'))
      }
    } else refers(value, `${at}.${key}`)
  }
}
function check (one) {
  [template, wrong, taggable] = [one, [], {}]
  for (const [id, r] of Object.entries(template.Resources)) {
    const schema = specified(r.Type)
    if (!schema) {
      wrong.push(`${id}: there is no type ${r.Type}`)
      continue
    }
    taggable[r.Type] = Boolean(schema.tagInformation)
    holdsAll(r.Properties ?? {}, schema, id)
  }
  refers(template.Resources, 'Resources')
  refers(template.Outputs, 'Outputs')
  return { wrong, taggable }
}
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(check)))
