//! Tests that each run in a process of their own: the test's program is started again for one of its tests
//! or scenes. So scenes do not affect each other's threads, descriptors, limits or environment, and their
//! output can be read.
#![allow(dead_code, unused_macros)] // Not every program uses all of this.

use std::env;
use std::process::{Command, Output};

/// A scene with its name.
pub type Scene = (&'static str, fn());

/// The environment variable that passes the scene's name to a child.
const SCENE: &str = "LEAK_METER_TEST_SCENE";

/// Creates `SCENES`, and for each scene a test that runs it in a process of its own. A scene may have attributes.
macro_rules! scenes {
    ($($module:ident: $($(#[$of:meta])* $name:ident),+;)+) => {
        const SCENES: &[isolated::Scene] =
            &[$($($(#[$of])* (stringify!($name), $module::$name as fn())),+),+];
        $($(
            $(#[$of])*
            #[test]
            fn $name() {
                in_a_process(stringify!($name));
            }
        )+)+
    };
}

/// Runs an ignored test of this program in a process of its own, with these environment variables.
#[track_caller]
pub fn test_in_a_process(test: &str, variables: &[(&str, &str)]) -> Output {
    let output = Command::new(env::current_exe().expect("this test's program"))
        .args(["--ignored", "--exact", "--nocapture", test])
        .env_remove("LEAK_METER_BUDGET")
        .env_remove("LEAK_METER_ATTRIBUTION")
        .envs(variables.iter().copied())
        .output()
        .expect("this program can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{test}, {variables:?}: {}\n{text}\n{errors}", output.status);
    assert!(text.contains("1 passed"), "no test {test}\n{text}");
    output
}

/// Runs a scene in a process of its own, with these environment variables: in the test `the_scene`, which
/// calls [`run_wanted`].
#[track_caller]
pub fn scene_in_a_process(scene: &str, variables: &[(&str, &str)]) -> Output {
    test_in_a_process("the_scene", &[variables, &[(SCENE, scene)]].concat())
}

/// Runs the scene that the environment variable names, if there is one.
pub fn run_wanted<'a>(scenes: impl IntoIterator<Item = &'a Scene>) {
    let Ok(wanted) = env::var(SCENE) else { return };
    let mut scenes = scenes.into_iter();
    let (_, scene) = scenes.find(|(name, _)| *name == wanted).expect("a scene of that name");
    scene();
}
