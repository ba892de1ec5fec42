//! `completions`: scripts that let a shell complete `cargo xtask ...`.

use std::io::Write as _;

use clap::{Command, ValueEnum};
use clap_complete::Shell as Generator;

use crate::exit::Exit;
use crate::workspace::Workspace;

/// Prints a script that lets your shell complete commands, flags and exercises
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  source <(cargo xtask completions bash)     for this shell; in ~/.bashrc for all
  cargo xtask completions zsh > ~/.zfunc/_cargo-xtask
                                             with ~/.zfunc in the fpath of zsh
  cargo xtask completions fish > ~/.config/fish/conf.d/cargo-xtask.fish")]
pub struct Args {
    /// Your shell
    #[arg(value_enum)]
    shell: Shell,
}

/// The supported shells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// Keeps the completion of other cargo commands
    Bash,
    /// Works through cargo's own completion
    Zsh,
    /// Keeps the completion of other cargo commands
    Fish,
}

/// Bash completes the first word of a command, so this treats `cargo xtask` as one word.
const BASH: &str = r#"
_cargo_before_xtask=$(complete -p cargo 2>/dev/null | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
_cargo_with_xtask() {
    if [[ ${COMP_WORDS[1]} == xtask && $COMP_CWORD -gt 1 ]]; then
        local COMP_WORDS=("${COMP_WORDS[@]:1}") COMP_CWORD=$((COMP_CWORD - 1))
        _xtask xtask "$2" "$3"
    elif [[ -n $_cargo_before_xtask && $_cargo_before_xtask != _cargo_with_xtask ]]; then
        "$_cargo_before_xtask" "$@"
    fi
}
complete -o bashdefault -o default -F _cargo_with_xtask cargo
"#;

/// Fish completes the words after `cargo` as a command of their own.
const FISH: &str = r"
function __cargo_xtask_complete
    set -l words (commandline -opc) (commandline -ct)
    complete -C (string join ' ' -- $words[2..])
end
complete -c cargo -n '__fish_seen_subcommand_from xtask' -f -a '(__cargo_xtask_complete)'
";

/// Prints the script for the shell. `command` defines the whole command line.
pub fn run(args: &Args, command: Command) -> anyhow::Result<Exit> {
    let mut command = with_exercises(command);
    let mut script = Vec::new();
    let (generator, name, rest) = match args.shell {
        Shell::Bash => (Generator::Bash, "xtask", BASH),
        // Cargo's own completion looks for this name.
        Shell::Zsh => (Generator::Zsh, "cargo-xtask", ""),
        Shell::Fish => (Generator::Fish, "xtask", FISH),
    };
    clap_complete::generate(generator, &mut command, name, &mut script);
    script.extend(rest.as_bytes());
    let mut out = std::io::stdout().lock();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Exit::Success)
}

/// `command` with the names of the current workshop's exercises as the values of the arguments that
/// take them.
fn with_exercises(command: Command) -> Command {
    let names = Workspace::find().map(|workspace| {
        workspace.exercises.into_iter().map(|exercise| exercise.name).collect::<Vec<_>>()
    });
    let names = names.unwrap_or_default();
    command.mut_subcommands(|subcommand| {
        let has = |subcommand: &Command, id: &str| {
            subcommand.get_arguments().any(|argument| argument.get_id() == id)
        };
        ["exercise", "exercises"].into_iter().fold(subcommand, |subcommand, id| {
            if !has(&subcommand, id) {
                return subcommand;
            }
            let values = clap::builder::PossibleValuesParser::new(names.clone());
            subcommand.mut_arg(id, |argument| argument.value_parser(values))
        })
    })
}
