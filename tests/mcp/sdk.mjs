// The official TypeScript client, old (sdk) or new (client), lists and calls: sdk.mjs PACKAGE_DIRECTORY GATEHOUSE ARG…
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';

const [directory, command, ...args] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(`${directory}/${file}`));
const isOld = fs.existsSync(`${directory}/dist/esm/client/index.js`);
const { Client } = await load(isOld ? 'dist/esm/client/index.js' : 'dist/index.mjs');
const { StdioClientTransport } = await load(isOld ? 'dist/esm/client/stdio.js' : 'dist/stdio.mjs');

const faults = [];
const transport = new StdioClientTransport({ command, args, stderr: 'inherit' });
const client = new Client({ name: 'wire', version: '1' }, isOld ? {} : { versionNegotiation: { mode: 'auto' } });
client.onerror = (error) => faults.push(error);
const callTool = (params, options) => isOld ? client.callTool(params, undefined, options) : client.callTool(params, options);
const shell = (text, options) => callTool({ name: 'shell', arguments: { command: text } }, options);

await client.connect(transport);
assert.equal(client.getServerVersion().name, 'gatehouse');
assert.ok(client.getInstructions().length <= 1800);
const { tools } = await client.listTools();
assert.ok(tools.some((tool) => tool.name === 'shell'));

const result = await shell('echo $((40+2))');
assert.match(result.content[0].text, /^exit 0 .*\n42\n$/);
assert.equal(result._meta['gatehouse/result'].exit_code, 0);
const denied = await shell('git push --force');
assert.match(denied.content[0].text, /rule git\.force-push/);
const wrong = await callTool({ name: 'shell', arguments: { comand: 'ls' } });
assert.ok(wrong.isError && wrong.content[0].text.includes("'command'"));
await assert.rejects(callTool({ name: 'shel', arguments: {} }), /shell/);

const heard = [];
await shell('echo working; sleep 2.5', { onprogress: (progress) => heard.push(progress.message) });
assert.deepEqual(heard, ['working']);

const stop = new AbortController();
const cancelled = shell('sleep 1000', { signal: stop.signal });
setTimeout(() => stop.abort('enough'), 200);
await assert.rejects(cancelled);
assert.match((await shell('echo on')).content[0].text, /\non\n$/);

await client.close();
assert.deepEqual(faults, []);
