#!/usr/bin/env node
// A model that reads a script: mock-model.mjs SCRIPT LOG PORTFILE
// SCRIPT: [{"tool": "shell", "args": {…}}, …]. It calls the offered tool whose name is NAME or ends in _NAME, step by
// step (with "own": true the host's own tool of just this name), and then says what the last one answered. It speaks
// Anthropic Messages, OpenAI Responses, OpenAI Chat and Gemini generateContent, on a free port of 127.0.0.1 that it
// writes to PORTFILE. LOG: a line per request that offers tools, {"offered": [name], "results": [text]}.
import fs from 'node:fs';
import http from 'node:http';

const [scriptFile, logFile, portFile] = process.argv.slice(2);
const script = JSON.parse(fs.readFileSync(scriptFile, 'utf8'));

const textOf = (content) => {
  if (content == null) return '';
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map((part) => part.text ?? textOf(part.content)).join('');
  return JSON.stringify(content);
};

// What to do next, when so many results have come: the model has no memory but the request.
function decide(offered, results) {
  if (offered.length > 0) fs.appendFileSync(logFile, JSON.stringify({ offered, results }) + "\n");
  const step = script[results.length];
  const isStep = (name) => name === step.tool || name.endsWith('_' + step.tool) || name.endsWith('.' + step.tool);
  const tool = step && offered.find((name) => (step.own ? name === step.tool : /gatehouse/.test(name) && isStep(name)));
  if (tool) return { tool, args: step.args, id: 'call_' + results.length };
  return { text: 'THE MODEL SAYS: ' + (results.at(-1) ?? 'nothing to do') };
}

function answerAnthropic(body) {
  const offered = (body.tools ?? []).map((tool) => tool.name);
  const results = (body.messages ?? []).flatMap((message) => (Array.isArray(message.content) ? message.content : []))
    .filter((block) => block.type === 'tool_result').map((block) => textOf(block.content));
  const next = decide(offered, results);
  const usage = { input_tokens: 9, output_tokens: 9, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const block = next.tool ? { type: 'tool_use', id: 'toolu_' + next.id, name: next.tool, input: next.args }
    : { type: 'text', text: next.text };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: body.model, content: [block],
    stop_reason: next.tool ? 'tool_use' : 'end_turn', stop_sequence: null, usage };
  if (!body.stream) return { json: message };
  const delta = next.tool ? { type: 'input_json_delta', partial_json: JSON.stringify(next.args) }
    : { type: 'text_delta', text: next.text };
  return { events: [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: next.tool ? { ...block, input: {} } : { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: message.stop_reason, stop_sequence: null }, usage: { output_tokens: 9 } },
    { type: 'message_stop' }] };
}

// Codex puts the tools of a server in a namespace, and calls them by both names.
function answerResponses(body) {
  const tools = (body.tools ?? []).flatMap((tool) => tool.type === 'namespace'
    ? tool.tools.map((inner) => ({ name: tool.name + '_' + inner.name, namespace: tool.name, inner: inner.name }))
    : [{ name: tool.name ?? tool.type, inner: tool.name ?? tool.type }]);
  const results = (body.input ?? []).filter((item) => item.type === 'function_call_output').map((item) => textOf(item.output));
  const next = decide(tools.map((tool) => tool.name), results);
  const tool = tools.find((one) => one.name === next.tool);
  const item = tool ? { type: 'function_call', id: 'fc_1', call_id: next.id, name: tool.inner, namespace: tool.namespace,
    arguments: JSON.stringify(next.args) }
    : { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: next.text }] };
  const usage = { input_tokens: 9, input_tokens_details: null, output_tokens: 9, output_tokens_details: null, total_tokens: 18 };
  return { events: [{ type: 'response.created', response: { id: 'resp_1' } },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { id: 'resp_1', usage } }] };
}

function answerChat(body) {
  const offered = (body.tools ?? []).map((tool) => tool.function.name);
  const results = (body.messages ?? []).filter((message) => message.role === 'tool').map((message) => textOf(message.content));
  const next = decide(offered, results);
  const call = next.tool && [{ index: 0, id: next.id, type: 'function',
    function: { name: next.tool, arguments: JSON.stringify(next.args) } }];
  const message = { role: 'assistant', content: next.tool ? null : next.text, ...(call ? { tool_calls: call } : {}) };
  const finish_reason = next.tool ? 'tool_calls' : 'stop';
  const usage = { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 };
  const base = { id: 'chat_1', created: 1, model: body.model };
  if (!body.stream) return { json: { ...base, object: 'chat.completion', choices: [{ index: 0, message, finish_reason }], usage } };
  const chunk = { ...base, object: 'chat.completion.chunk' };
  return { events: [{ ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
    { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }], usage }, '[DONE]'] };
}

function answerGemini(body, streams) {
  const offered = (body.tools ?? []).flatMap((tool) => (tool.functionDeclarations ?? []).map((one) => one.name));
  const results = (body.contents ?? []).flatMap((content) => content.parts ?? []).filter((part) => part.functionResponse)
    .map((part) => textOf(part.functionResponse.response?.output ?? part.functionResponse.response));
  const wantsJson = body.generationConfig?.responseJsonSchema ?? body.generationConfig?.responseSchema;
  const next = wantsJson ? { text: '{"model_choice":"flash","reasoning":"mock","complexity_reasoning":"mock","complexity_score":1}' }
    : decide(offered, results);
  const part = next.tool ? { functionCall: { name: next.tool, args: next.args, id: next.id } } : { text: next.text };
  const response = { candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 9, totalTokenCount: 18 }, modelVersion: 'mock' };
  return streams ? { events: [response] } : { json: response };
}

function answer(path, body) {
  if (path.endsWith('/messages/count_tokens')) return { json: { input_tokens: 9 } };
  if (path.endsWith('/messages')) return answerAnthropic(body);
  if (path.endsWith('/responses')) return answerResponses(body);
  if (path.endsWith('/chat/completions')) return answerChat(body);
  if (path.endsWith(':countTokens')) return { json: { totalTokens: 9 } };
  if (/:(streamG|g)enerateContent$/.test(path)) return answerGemini(body, path.includes(':stream'));
  if (path.endsWith('/models')) return { json: { object: 'list', data: [{ id: 'mock', object: 'model' }], models: [] } };
  return { status: 404, json: { type: 'error', error: { type: 'not_found_error', message: 'the mock has no ' + path } } };
}

const server = http.createServer((request, response) => {
  let text = '';
  request.on('data', (data) => { text += data; });
  request.on('end', () => {
    let body = {};
    try { body = JSON.parse(text || '{}'); } catch { /* a body that is not for us */ }
    const { status = 200, json, events } = answer(request.url.split('?')[0], body);
    response.writeHead(status, { 'content-type': events ? 'text/event-stream' : 'application/json' });
    if (!events) return response.end(JSON.stringify(json));
    for (const event of events) {
      const data = typeof event === 'string' ? event : JSON.stringify(event);
      response.write((event.type ? `event: ${event.type}\n` : '') + `data: ${data}\n\n`);
    }
    response.end();
  });
});
server.listen(0, '127.0.0.1', () => fs.writeFileSync(portFile, String(server.address().port)));
