//! The engine with two versions of a toy exercise: this program, which leaks under a certain name.

mod shown;
#[cfg(unix)]
mod signals;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use demo::message::{Command as Ask, FORMAT};
use demo::recording;
use exercise_harness::plan::Role;
use exercise_harness::{Context, Meter, Suite};
use leak_meter::{Report, Verdict};
use serde_json::Value;
use shown::{LEAKY, METADATA, Shown, happened, last, number};
use tempfile::TempDir;

#[global_allocator]
static METER: Meter = exercise_harness::meter();

fn main() -> ExitCode {
    let suite = Suite::new("engine", METADATA);
    #[cfg(unix)]
    let suite = suite.behaviour("a_stopped_process_goes_on_or_is_restarted", |_| {
        signals::stopped_process();
    });
    suite
        .growth(work)
        .behaviour("the_load_swaps_and_a_restart_helps", |_| swap_and_restart())
        .behaviour("a_version_under_load_says_what_it_has_leaked", |_| says_what_it_has_leaked())
        .behaviour("a_leak_ends_at_its_cap_and_starts_again", |_| cap())
        .behaviour("a_version_that_does_not_start_offers_the_recording", |_| offers_recording())
        .behaviour("an_edit_of_the_exercise_is_noticed", |_| notices_an_edit())
        .behaviour("a_recording_plays_what_was_recorded", |_| record_and_replay())
        .behaviour("an_invalid_recording_is_refused", |_| refused_recordings())
        .main()
}

fn work(context: &Context) -> Report {
    let leaks =
        env::args().next().is_some_and(|name| Path::new(&name).file_stem() == Some(LEAKY.as_ref()));
    let kept = Mutex::new(Vec::new());
    context.soak().run(|operation| {
        let block = vec![0_u8; 1000 + usize::try_from(operation.number() % 2).unwrap()];
        if leaks {
            kept.lock().unwrap().push(block);
        }
    })
}

fn says_what_it_has_leaked() {
    let shown = Shown::start(|_, _| {});
    let early = shown.leaks(None);
    assert!(
        early.as_ref().is_ok_and(|leaks| leaks.report.verdict != Verdict::Growing)
            || early.as_ref().is_err_and(|reason| reason.contains("no load yet")),
        "{early:?}"
    );
    // A verdict takes enough work, and a restart at the cap would begin anew.
    let wait = |version| {
        for _ in 0..600 {
            match shown.leaks(version) {
                Ok(leaks) if leaks.report.no_verdict.is_none() => return leaks,
                _ => thread::sleep(Duration::from_millis(100)),
            }
        }
        panic!("there is no verdict");
    };
    let leaky = wait(None);
    assert_eq!(leaky.report.verdict, Verdict::Growing, "{}", leaky.text);
    assert!(leaky.report.growing().next().is_some(), "{}", leaky.text);
    assert!(leaky.text.contains("engine::work"), "{}", leaky.text);
    let fixed = wait(Some(Role::Solution));
    assert_eq!(fixed.report.verdict, Verdict::Steady, "{}", fixed.text);
    shown.ask(Ask::Swap);
    shown.until("the load moves", |now| happened(now, "swapped").is_some());
    assert_eq!(wait(None).report.verdict, Verdict::Steady, "the version under load is asked");
    let missing = shown.leaks(Some(Role::Edited)).unwrap_err();
    assert!(missing.contains("no edited version"), "{missing}");
}

fn swap_and_restart() {
    let shown = Shown::start(|_, _| {});
    let both = shown.until("both work", |now| {
        number(now, 0, "operations") > 300.0 && number(now, 1, "operations") > 300.0
    });
    let (leaks, fixed) = (number(&both, 0, "operations"), number(&both, 1, "operations"));
    assert!((leaks - fixed).abs() < 0.3 * leaks, "not in step: {leaks} and {fixed}");

    shown.ask(Ask::Swap);
    let swapped =
        shown.until("the swap", |now| last(now)["frame"]["versions"][0]["state"] == "idle");
    assert!(number(&both, 0, "rate") > 0.0 && number(&swapped, 1, "rate") > 0.0, "no rate");
    let idle = &last(&swapped)["frame"]["versions"][0];
    assert_eq!(idle["rate"], 0.0, "an idle version has a rate");
    assert_eq!(idle["growth"], serde_json::json!([null, null, null, null]));
    // Work that was handed out before the swap may still be running.
    thread::sleep(Duration::from_millis(500));
    let held = number(&shown.now(), 0, "bytes");
    let worked = number(&swapped, 1, "operations");
    let later =
        shown.until("the fix works on", |now| number(now, 1, "operations") > worked + 200.0);
    assert!((number(&later, 0, "bytes") - held).abs() < 1.0, "an idle process allocates");
    assert!(held > 300_000.0, "the leaked memory was freed: {held}");

    shown.ask(Ask::Swap);
    shown.until("it leaks again", |now| number(now, 0, "bytes") > held + 50_000.0);
    shown.ask(Ask::Restart);
    let fresh = shown.until("a restart", |now| {
        happened(now, "restarted").is_some() && (1.0..held / 2.0).contains(&number(now, 0, "bytes"))
    });
    assert!(number(&fresh, 0, "operations") < leaks);
}

fn cap() {
    let shown = Shown::start(|_, _| {});
    shown.until("the load", |now| number(now, 0, "operations") > 50.0);
    for _ in 0..5 {
        shown.ask(Ask::LoadUp);
    }
    let killed = shown.until("the cap", |now| happened(now, "killed").is_some());
    let text = happened(&killed, "killed").unwrap();
    assert!(text.starts_with("killed at "), "{text}");
    assert!(text.contains(" MB after "), "{text}");
    assert!(text.ends_with(" at 10 requests/s"), "{text}");
    let worked = number(&killed, 1, "operations");
    let again = shown.until("a fresh start", |now| {
        last(now)["frame"]["versions"][0]["state"] == "working" && number(now, 0, "bytes") > 0.0
    });
    assert!(number(&again, 0, "operations") < worked, "it continues as if it had not been killed");
    assert!(number(&again, 1, "operations") >= worked, "the fix was restarted too");
}

fn offers_recording() {
    let missing = Shown::start(|course, _| course.plan.exercises[0].versions[0].binary = None);
    let now = missing.until("the trouble", |now| now["status"]["trouble"].is_string());
    assert!(now["status"]["trouble"].as_str().unwrap().contains("not been built"), "{now}");
    assert_eq!(now["status"]["recording"], false);
    missing.ask(Ask::Play);
    missing.until("that there is none", |now| {
        let trouble = now["status"]["trouble"].as_str();
        trouble.is_some_and(|trouble| trouble.contains("There is no recording of toy"))
    });
    drop(missing);

    let (_folder, recorded) = recorded();
    let dies = Shown::start(|course, folder| {
        course.plan.exercises[0].versions[0].binary = Some(PathBuf::from("/bin/false"));
        let file = folder.join("recordings").join(recording::file_name("toy"));
        fs::copy(&recorded, file).unwrap();
    });
    dies.until("the offer", |now| {
        now["status"]["trouble"].is_string() && now["status"]["recording"] == true
    });
    dies.ask(Ask::Play);
    let played = dies.until("the recording", |now| {
        now["status"]["source"] == "recording" && number(now, 0, "operations") > 10.0
    });
    assert_eq!(played["status"]["trouble"], Value::Null);
}

fn notices_an_edit() {
    let source = |folder: &Path, text: &str| fs::write(folder.join("src/lib.rs"), text).unwrap();
    let shown = Shown::start(|_, folder| {
        fs::create_dir(folder.join("src")).unwrap();
        source(folder, "as shipped");
    });
    let now = shown.until("the load", |now| number(now, 0, "operations") > 400.0);
    assert_eq!(happened(&now, "edited"), None);
    source(shown.folder.path(), "as edited");
    let now = shown.until("the edit", |now| happened(now, "edited").is_some());
    assert!(happened(&now, "edited").unwrap().contains("restart cargo xtask demo"), "{now}");
    // A restart of the processes is no restart of the program.
    shown.ask(Ask::Restart);
    shown.until("the edit again, after the restart", |now| {
        now["notes"].as_array().unwrap().last().unwrap()["what"] == "edited"
            && happened(now, "restarted").is_some()
    });
}

/// A recording of a few seconds, and the folder that contains it.
fn recorded() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("toy.jsonl");
    let shown = Shown::start(|course, _| course.record = Some(file.clone()));
    shown.until("the load", |now| number(now, 0, "operations") > 400.0);
    shown.ask(Ask::Swap);
    shown.until("the swap", |now| last(now)["frame"]["load"] == "solution");
    drop(shown);
    (folder, file)
}

fn record_and_replay() {
    let (_folder, file) = recorded();
    let text = fs::read_to_string(&file).unwrap();
    // The program may have been killed in the middle of a line.
    fs::write(&file, format!("{text}{}", r#"{"record":"frame","fra"#)).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let frames: Vec<&Value> =
        lines.iter().filter(|line| line["record"] == "frame").map(|line| &line["frame"]).collect();
    assert!(frames.len() > 5);

    let shown = Shown::start(|course, _| {
        course.replay = Some(file);
        course.plan.exercises[0].versions.iter_mut().for_each(|version| version.binary = None);
    });
    let end = shown.until("its end", |now| {
        now["status"]["paused"] == true && now["status"]["source"] == "recording"
    });
    let played: Vec<&Value> = end["frames"].as_array().unwrap().iter().collect();
    assert_eq!(played, frames);
    assert!(happened(&end, "swapped").is_some());
    shown.ask(Ask::Restart);
    shown.until("from its beginning", |now| now["status"]["paused"] == false);
    assert!(shown.folder.path().exists());
}

fn refused_recordings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("toy.jsonl");
    let (_recorded, good) = recorded();
    let good = fs::read_to_string(good).unwrap();
    for (text, reason) in [
        (String::new(), "is not a recording"),
        ("all is well\n".to_owned(), "line 1 of the recording"),
        (good.replacen(&format!("\"format\":{FORMAT}"), "\"format\":99", 1), "has format 99"),
        (good.replacen("\"at\":", "\"ad\":", 1), "cannot be read"),
        (good.split_once('\n').unwrap().1.to_owned(), "does not begin"),
    ] {
        fs::write(&file, &text).unwrap();
        let error = recording::Player::open(&file).unwrap_err();
        assert!(format!("{error:#}").contains(reason), "{reason}: {error:#}");
    }
    assert!(recording::Player::open(Path::new("/nowhere")).is_err());
    #[cfg(unix)]
    {
        let endless = recording::Player::open(Path::new("/dev/zero")).unwrap_err();
        assert!(endless.to_string().contains("not a regular file"), "{endless:#}");
    }
    let existing = recording::Recording::create(Some(&file)).unwrap_err();
    assert!(existing.to_string().contains("is not overwritten"), "{existing:#}");
    let unwritable = recording::Recording::create(Some(Path::new("/nowhere/a.jsonl"))).unwrap_err();
    assert!(unwritable.to_string().contains("cannot be written"), "{unwritable:#}");
}
