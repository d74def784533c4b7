complete --keep-order --exclusive --command portolan --arguments "(PORTOLAN_COMPLETE=fish portolan -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
