//! The kit is complete, and works without a network.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::{Ran, repository, runner};

/// An unpacked kit, and an empty home for cargo.
struct Kit {
    folder: TempDir,
}

impl Kit {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("kit.tar.gz");
        let arguments = ["kit", "--seconds", "0", "--out", archive.to_str().unwrap()];
        Ran::run(&mut runner(repository(), &arguments)).ends_with(0);
        let unpacked =
            Command::new("tar").arg("-xzf").arg(&archive).current_dir(folder.path()).status();
        assert!(unpacked.unwrap().success());
        fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("leak-lab")
    }

    /// Runs cargo in the kit with an empty cargo home.
    fn cargo<S: AsRef<OsStr>>(&self, before: &[S], arguments: &[&str]) -> Output {
        let mut words: Vec<&OsStr> = before.iter().map(AsRef::as_ref).collect();
        words.push(OsStr::new(env!("CARGO")));
        Command::new(words[0])
            .args(&words[1..])
            .args(arguments)
            .current_dir(self.root())
            .env("CARGO_HOME", self.folder.path().join("home"))
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap()
    }
}

/// Needs `unshare --net`, as root.
#[test]
#[ignore = "rebuilds everything, about ten minutes; Linux, as root"]
fn both_commands_of_the_readme_work_without_a_network() {
    let kit = Kit::make();
    let cut_off = ["unshare", "--net", "sh", "-c", "ip link set lo up; exec \"$@\"", "sh"];
    for arguments in [&["xtask", "run"][..], &["test"]] {
        let ran = kit.cargo(&cut_off, arguments);
        assert!(
            ran.status.success(),
            "cargo {arguments:?}: {}\n{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}

/// What takes up to two minutes.
mod slow {
    use super::*;

    #[test]
    #[ignore = "takes up to two minutes: run with --ignored"]
    fn a_kit_contains_everything_that_it_builds_from() {
        let kit = Kit::make();
        let nothing: [&str; 0] = [];
        let resolved =
            kit.cargo(&nothing, &["metadata", "--format-version=1", "--locked", "--offline"]);
        assert!(resolved.status.success(), "{}", String::from_utf8_lossy(&resolved.stderr));
        let root = kit.root();
        // The cases in the wild have locks of their own, which the update changes.
        let case = root.join("wild/local-ip-address/Cargo.toml");
        let metadata = ["metadata", "--format-version=1", "--offline", "--manifest-path"];
        for version in ["=0.7.3", "=0.7.4"] {
            let text =
                fs::read_to_string(&case).unwrap().replace("\"=0.7.3\"", &format!("{version:?}"));
            fs::write(&case, text).unwrap();
            let arguments = [&metadata[..], &[case.to_str().unwrap()]].concat();
            let resolved = kit.cargo(&nothing, &arguments);
            assert!(resolved.status.success(), "{}", String::from_utf8_lossy(&resolved.stderr));
            let name = format!("neli-{}/Cargo.toml", &version[1..]);
            assert!(
                String::from_utf8_lossy(&resolved.stdout).contains(&name),
                "{name} is not resolved"
            );
        }
        for file in ["README.md", "exercises/rc-cycles/src/digest.rs", "Containerfile"] {
            assert!(root.join(file).is_file(), "{file} is missing");
        }
        // The saved copy that `reset` needs.
        let copy = root.join(".leak-lab/shipped/rc-cycles/src/digest.rs");
        assert_eq!(
            fs::read(copy).unwrap(),
            fs::read(root.join("exercises/rc-cycles/src/digest.rs")).unwrap()
        );
        assert!(!root.join("target").exists() && !root.join(".git").exists());
    }
}
