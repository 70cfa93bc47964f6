// Writes provider.json: the attributes and blocks of the resources that main.tf uses, from
// the bindings of the provider hashicorp/aws, whose own schema only its binary shows.
//
//   npm pack @cdktn/provider-aws && tar xzf cdktn-provider-aws-*.tgz
//   node provider.mjs package ../main.tf > provider.json
import { readFileSync } from 'node:fs'

const [folder, configuration] = process.argv.slice(2)
const types = [...new Set([...readFileSync(configuration, 'utf8').matchAll(/^resource "(\w+)"/gm)].map(m => m[1]))].sort()

// read returns the members of an interface: "required", "optional", or those of a block.
function read (text, name) {
  const found = text.match(new RegExp(`export interface ${name}(?: extends [^{]*)? \\{\\n([\\s\\S]*?)\\n\\}`))
  if (!found) return undefined
  const members = {}
  for (const m of found[1].matchAll(/#\w+ \w+#(\w+)\}[\s\S]*?readonly \w+(\??): ([^;]+);/g)) {
    const [, attribute, optional, type] = m
    const inner = type.match(/^([A-Z]\w+)(?:\[\])?/)
    const block = inner && read(text, inner[1])
    members[attribute] = block ? { required: !optional, block } : optional ? 'optional' : 'required'
  }
  return members
}

const resources = {}
for (const type of types) {
  const text = readFileSync(`${folder}/lib/${type.replace(/^aws_/, '').replaceAll('_', '-')}/index.d.ts`, 'utf8')
  const name = text.match(/export interface (\w+)Config extends/)[1]
  resources[type] = read(text, name + 'Config')
}
const { cdktn, cdktf } = JSON.parse(readFileSync(`${folder}/package.json`))
const bindings = (({ name, version }) => `${name} ${version}`)(JSON.parse(readFileSync(`${folder}/package.json`)))
console.log(JSON.stringify({ provider: (cdktn ?? cdktf).provider.version, bindings, resources }, (k, v) => v, 1))
