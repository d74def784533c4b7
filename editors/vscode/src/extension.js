// Starts `portolan lsp` and connects the editor with it. All answers come from the server.
const vscode = require('vscode');
const { LanguageClient, TransportKind } = require('vscode-languageclient/node');

/** @type {LanguageClient | undefined} */
let client;

function create() {
  const settings = vscode.workspace.getConfiguration('portolan');
  const server = {
    command: settings.get('path', 'portolan'),
    args: [...settings.get('arguments', []), 'lsp'],
    transport: TransportKind.stdio,
  };
  return new LanguageClient('portolan', 'portolan', server, {
    documentSelector: [
      { scheme: 'file', language: 'yaml' },
      { scheme: 'file', pattern: '**/.portolan/**' },
    ],
  });
}

async function start() {
  client = create();
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const choice = await vscode.window.showErrorMessage(
      `portolan cannot be started: ${error.message}. Install it, or set portolan.path.`,
      'Open Settings',
    );
    if (choice) await vscode.commands.executeCommand('workbench.action.openSettings', 'portolan.path');
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand('portolan.restart', restart),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      const ours = ['portolan.path', 'portolan.arguments'];
      if (ours.some((name) => event.affectsConfiguration(name))) await restart();
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
