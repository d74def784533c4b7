set edit:completion:arg-completer[portolan] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) PORTOLAN_COMPLETE="elvish" portolan -- $@words) | to-lines
}
