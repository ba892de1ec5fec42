//! The kit: what it holds, and that it is enough where there is no network.

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

    /// Cargo in the kit, without anything of this machine's but the toolchain.
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

#[test]
fn a_kit_has_all_that_it_builds_from() {
    let kit = Kit::make();
    let nothing: [&str; 0] = [];
    let resolved =
        kit.cargo(&nothing, &["metadata", "--format-version=1", "--locked", "--offline"]);
    assert!(resolved.status.success(), "{}", String::from_utf8_lossy(&resolved.stderr));
    let root = kit.root();
    for file in ["README.md", "exercises/rc-cycles/src/digest.rs", "Containerfile"] {
        assert!(root.join(file).is_file(), "{file} is missing");
    }
    // What `reset` needs: the exercise as it was shipped, kept aside.
    let aside = root.join(".leak-lab/shipped/rc-cycles/src/digest.rs");
    assert_eq!(
        fs::read(aside).unwrap(),
        fs::read(root.join("exercises/rc-cycles/src/digest.rs")).unwrap()
    );
    assert!(!root.join("target").exists() && !root.join(".git").exists());
}

/// Needs the right to cut a process off the network (`unshare --net`, as root).
#[test]
#[ignore = "builds everything anew: about ten minutes; Linux, as root"]
fn both_commands_of_the_readme_pass_without_a_network() {
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
