// Reads the project that `rolecall init` made as the Cucumber extension of VS Code does, by the extension's own library: each
// step must be known to it and be completed.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const [project, list, ...more] = process.argv.slice(2)
const require = createRequire(path.join(process.env.EDITOR_TOOLS, 'node_modules/'))
const service = require('@cucumber/language-service')
const { NodeParserAdapter } = require('@cucumber/language-service/node')

const settings = JSON.parse(fs.readFileSync(path.join(project, '.vscode/settings.json'), 'utf8'))
const glue = settings['cucumber.glue'].map((name) => path.join(project, name))
const sources = glue.map((name) => ({
  languageName: 'rust',
  content: fs.readFileSync(name, 'utf8'),
  uri: `file://${name}`,
}))
const { errors, expressionLinks, registry } = new service.ExpressionBuilder(new NodeParserAdapter()).build(sources, [])
assert.deepEqual(errors.map((error) => error.message), [])
const expressions = expressionLinks.map((link) => link.expression)

// All steps, and no other.
const { steps } = JSON.parse(fs.readFileSync(list, 'utf8'))
const forms = steps.flatMap((step) => step.forms.map((form) => form.expression))
assert.deepEqual(expressions.map((expression) => expression.source).sort(), forms.sort())

// What is written well has no findings, and what nobody says has one.
const texts = [path.join(project, 'features/reports.feature'), ...more].map((name) => fs.readFileSync(name, 'utf8'))
for (const text of texts) {
  const found = service.getGherkinDiagnostics(text, expressions).map((it) => it.message)
  // It takes placeholders of outlines for words.
  assert.deepEqual(found.filter((message) => !message.includes('<')), [])
}
const wrong = 'Feature: f\n  Scenario: s\n    Given a usr alice\n'
assert.equal(service.getGherkinDiagnostics(wrong, expressions).length, 1)

// Each step is completed.
const index = service.jsSearchIndex(service.buildSuggestions(registry, [], expressions))
for (const [typed, completed] of [
  ['a user', 'a user ${1'],
  ['inline policy', ' has the inline policy '],
  ['access is', 'access is:'],
]) {
  const text = `Feature: f\n  Scenario: s\n    Given ${typed}`
  const items = service.getGherkinCompletionItems(text, { line: 2, character: 10 + typed.length }, index)
  const inserted = items.map((item) => item.textEdit.newText)
  assert.ok(inserted.some((text) => text.includes(completed)), `${typed}: ${inserted}`)
}
console.log(`the Cucumber extension completes ${expressions.length} expressions, and knows all steps of ${texts.length} features`)
