// A client with the library that editors on Node use. It prints what it saw as one line of JSON.
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const protocol = require('vscode-languageserver-protocol/node');

const [program, root] = process.argv.slice(2);
const server = spawn(program, ['lsp', '--stdio'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
const connection = protocol.createProtocolConnection(
  new protocol.StreamMessageReader(server.stdout),
  new protocol.StreamMessageWriter(server.stdin),
);

const uri = pathToFileURL(`${root}/catalog/cart.yaml`).href;
const text = readFileSync(`${root}/catalog/cart.yaml`, 'utf8');
const waiting = [];
connection.onNotification(protocol.PublishDiagnosticsNotification.type, (params) => {
  if (params.uri === uri) waiting.shift()?.(params.diagnostics);
});
connection.onRequest(protocol.RegistrationRequest.type, () => {});
const published = () => new Promise((resolve) => waiting.push(resolve));

async function main() {
  connection.listen();
  const folder = { uri: pathToFileURL(root).href, name: 'root' };
  await connection.sendRequest(protocol.InitializeRequest.type, {
    processId: process.pid,
    rootUri: folder.uri,
    workspaceFolders: [folder],
    capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
  });
  await connection.sendNotification(protocol.InitializedNotification.type, {});
  const first = published();
  await connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: 'yaml', version: 1, text },
  });
  const before = await first;
  const actions = await connection.sendRequest(protocol.CodeActionRequest.type, {
    textDocument: { uri },
    range: before[0].range,
    context: { diagnostics: before },
  });
  const fix = actions.find((action) => action.isPreferred) ?? actions[0];
  const second = published();
  await connection.sendNotification(protocol.DidChangeTextDocumentNotification.type, {
    textDocument: { uri, version: 2 },
    contentChanges: fix.edit.changes[uri].map((edit) => ({ range: edit.range, text: edit.newText })),
  });
  const after = await second;
  const hover = await connection.sendRequest(protocol.HoverRequest.type, {
    textDocument: { uri },
    position: { line: 5, character: 4 },
  });
  // A request that is cancelled at once is answered all the same.
  const source = new protocol.CancellationTokenSource();
  const cancelled = connection.sendRequest(protocol.WorkspaceSymbolRequest.type, { query: 'cart' }, source.token);
  source.cancel();
  await cancelled.catch(() => {});
  await connection.sendRequest(protocol.ShutdownRequest.type);
  await connection.sendNotification(protocol.ExitNotification.type);
  const code = await new Promise((resolve) => server.on('exit', resolve));
  const codes = (diagnostics) => diagnostics.map((diagnostic) => diagnostic.code);
  console.log(JSON.stringify({
    before: codes(before),
    after: codes(after),
    hover: hover.contents.value.includes('blueprint'),
    actions: actions.length > 1,
  }));
  process.exit(code);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
