-- Neovim as a client. It prints what it saw as one line of JSON.
local program, root = arg[1], arg[2]
vim.cmd.edit(root .. "/catalog/cart.yaml")
local id = assert(vim.lsp.start({ name = "portolan", cmd = { program, "lsp" }, root_dir = root }))
local client = assert(vim.lsp.get_client_by_id(id))

local function codes()
  return vim.tbl_map(function(diagnostic)
    return diagnostic.code
  end, vim.diagnostic.get(0))
end

local function wait(condition, what)
  assert(vim.wait(30000, condition, 20), what)
end

local function ask(method, params)
  local answer
  client:request(method, params, function(error, result)
    assert(not error, vim.inspect(error))
    answer = result or false
  end, 0)
  wait(function()
    return answer ~= nil
  end, method)
  return answer
end

wait(function()
  return #vim.diagnostic.get(0) > 0
end, "diagnostics")
local before = codes()
local line = vim.diagnostic.get(0)[1].lnum
local text = { uri = vim.uri_from_bufnr(0) }
local position = { line = line, character = 7 }
local actions = ask("textDocument/codeAction", {
  textDocument = text,
  range = { start = position, ["end"] = position },
  context = { diagnostics = {} },
})
vim.lsp.util.apply_workspace_edit(actions[1].edit, client.offset_encoding)
wait(function()
  return #vim.diagnostic.get(0) == 0
end, "no diagnostics")
local hover = ask("textDocument/hover", { textDocument = text, position = { line = 5, character = 4 } })
io.stdout:write(vim.json.encode({
  before = before,
  after = codes(),
  hover = hover.contents.value:find("blueprint", 1, true) ~= nil,
  actions = #actions > 1,
}) .. "\n")
client:stop()
wait(function()
  return client:is_stopped()
end, "an end")
os.exit(0)
