-- Neovim with the configuration that docs/editors.md tells, which is run as it stands there:
--   nvim --headless --clean -l ci/editors/neovim.lua docs/editors.md FOLDER
-- with `rolecall` on the PATH and an empty FOLDER.
local documentation, folder = arg[1], arg[2]

local page = table.concat(vim.fn.readfile(documentation), '\n')
local configuration = page:match('## Neovim.-```lua\n(.-)\n```')
assert(configuration, 'the documentation configures no Neovim')
assert(loadstring(configuration))()
vim.cmd('filetype on')

local function eventually(what, of)
  local found
  assert(vim.wait(60000, function()
    found = of()
    return found
  end, 20), what)
  return found
end

local function written(lines)
  vim.fn.writefile(lines, folder .. '/a.feature')
  vim.cmd('edit! ' .. folder .. '/a.feature')
end

-- What is wrong is shown where it stands.
local head = { 'Feature: f', '  Scenario: s', '    Given a bucket reports', '    And a user alice' }
written(vim.list_extend(vim.deepcopy(head), { "    Then alicia can't list reports" }))
assert(vim.bo.filetype == 'cucumber', vim.bo.filetype)
local client = eventually('the language server is not attached', function()
  return vim.lsp.get_clients({ bufnr = 0, name = 'rolecall' })[1]
end)
local found = eventually('nothing is found', function()
  local found = vim.diagnostic.get(0)
  return found[1] and found
end)
assert(#found == 1 and found[1].code == 'RC019', vim.inspect(found))
assert(found[1].lnum == 4 and found[1].col == 9 and found[1].end_col == 15, vim.inspect(found))

-- What is mended is wrong no more.
vim.api.nvim_buf_set_lines(0, 4, 5, true, { "    Then alice can't list reports" })
eventually('what was found stays', function()
  return #vim.diagnostic.get(0) == 0
end)

local function asked(method, line, column)
  local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = line, character = column } }
  local answer = assert(client:request_sync(method, params, 60000, vim.api.nvim_get_current_buf()))
  assert(not answer.err, vim.inspect(answer.err))
  return answer.result
end

-- Pointing at a step tells what it does, and at a name where it comes from.
local hover = asked('textDocument/hover', 3, 10)
assert(vim.inspect(hover):find('user', 1, true), vim.inspect(hover))
local there = asked('textDocument/definition', 4, 10)
assert(there.range.start.line == 3, vim.inspect(there))

-- What is begun is completed.
vim.api.nvim_buf_set_lines(0, 5, 5, true, { '    And alice can' })
local offered = asked('textDocument/completion', 5, 17)
local labels = vim.tbl_map(function(item)
  return item.label
end, offered.items)
assert(vim.tbl_contains(labels, "{who} can't/cannot list {bucket}"), vim.inspect(labels))

client:stop()
eventually('the language server does not end', function()
  return client:is_stopped()
end)
local version = vim.version()
local number = ('%d.%d.%d'):format(version.major, version.minor, version.patch)
io.write('Neovim ', number, ' works with the configuration that is documented\n')
