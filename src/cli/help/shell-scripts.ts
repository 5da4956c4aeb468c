/** What each shell sources. They ask `runbook complete` for every word, so they need not be made anew with a new release. */

/** A first line `:files` says that the shell offers files too; every other line is a value, a tab and what it is. */
export const FILES_MARK = ":files";

const bash = `# runbook completion for bash: source it, or put it in ~/.local/share/bash-completion/completions/runbook
_runbook() {
  local line value cur files=
  # Not COMP_WORDS: bash cuts them at ":" and "=", which host patterns have.
  line=\${COMP_LINE:0:COMP_POINT}
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  cur=\${words[\${#words[@]}-1]}
  local cut=\${cur%"\${cur##*[:=]}"}
  [[ $COMP_WORDBREAKS == *:* || $COMP_WORDBREAKS == *=* ]] || cut=
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    if [[ $value == ${FILES_MARK} ]]; then files=1; else COMPREPLY+=("\${value#"$cut"}"); fi
  done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ $files && \${#COMPREPLY[@]} -eq 0 ]]; then compopt -o default 2>/dev/null; else compopt +o default 2>/dev/null; fi
}
complete -F _runbook runbook
`;

const zsh = `#compdef runbook
# runbook completion for zsh: put it as _runbook in a folder of $fpath, or source it after compinit
_runbook() {
  local value description files=0
  local -a found
  while IFS=$'\\t' read -r value description; do
    if [[ $value == ${FILES_MARK} ]]; then files=1; continue; fi
    found+=("\${value//:/\\\\:}\${description:+:$description}")
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe -t runbook runbook found
  (( files )) && _files
}
if [[ \${funcstack[1]} == _runbook ]]; then _runbook "$@"; else compdef _runbook runbook; fi
`;

const fish = `# runbook completion for fish: put it in ~/.config/fish/completions/runbook.fish
function __runbook_complete
  set -l line (commandline -opc) (commandline -ct)
  set -l program $line[1]
  set -l found ($program complete -- $line[2..] 2>/dev/null)
  if test "$found[1]" = "${FILES_MARK}"
    set -e found[1]
    __fish_complete_path (commandline -ct)
  end
  printf '%s\\n' $found
end
complete -c runbook -e
complete -c runbook -f -a '(__runbook_complete)'
`;

export const SHELL_SCRIPTS = { bash, zsh, fish } as const;
