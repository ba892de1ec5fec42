//! Turns the readings of a soak into its report.

use std::collections::BTreeMap;

use super::Recorder;
use crate::holders;
use crate::judge::{self, Evidence, HeapAccess};
use crate::probe::FileGroup;
use crate::report::{GaugeGrowth, OpenFiles, Report, Suppressed};
use crate::series::Resource;
use crate::site;
use crate::verdict::Verdict;

impl Recorder<'_> {
    /// Judges the readings and ends the search for call sites, unless it continues independently of
    /// the soak.
    pub(super) fn report(&mut self) -> Report {
        // Names and holders are read from files, which need descriptors.
        self.handles.release_reserve();
        let attribution = site::attribution();
        drop(self.search.take());
        let operations = self.schedule.operations;
        let heap = if self.plan.holders { HeapAccess::Allowed } else { HeapAccess::SwitchedOff };
        let judged = judge::judge_sites(&self.ledger, operations, &self.plan.suppressions, heap);
        // The workload and everything that it holds are still alive.
        let grows = judged.sites.iter().any(|site| site.verdict == Verdict::Growing);
        let holders =
            (self.plan.holders && grows).then(|| holders::of_growing(&judged.sites, &self.ledger));
        let mut unavailable = self.handles.unavailable();
        if self.watchers.tasks.is_none() {
            unavailable.insert(Resource::Tasks, "no runtime was given".to_owned());
        }
        let evidence = Evidence {
            rounds: &self.rounds,
            after_rest: self.after_rest.as_ref(),
            excluded: &judged.excluded,
            bounds: &self.plan.bounds,
            limits: &self.handles.limits,
            unavailable: &unavailable,
            failed: self.handles.failed(),
            installed: self.installed,
            stopped: self.stopped.as_deref(),
            lines_grow: judged.growing_lines(),
            largest_block: self.ledger.largest_block(),
        };
        let growth = judge::judge_resources(&evidence);
        let gauges: Vec<GaugeGrowth> = self
            .watchers
            .gauges
            .iter()
            .zip(std::mem::take(&mut self.gauges))
            .map(|((name, _), readings)| judge::judge_gauge(name, readings, &evidence))
            .collect();
        let verdicts = growth
            .iter()
            .filter(|growth| judge::decides(growth))
            .map(|growth| growth.verdict)
            .chain(gauges.iter().map(|gauge| gauge.verdict))
            .chain([judge::verdict_of_sites(&judged, &attribution)]);
        Report {
            verdict: Verdict::overall(verdicts),
            seed: self.plan.seed,
            rounds: std::mem::take(&mut self.rounds),
            after_rest: self.after_rest,
            unavailable,
            growth,
            open_files: more_open(&self.open),
            gauges,
            sites: judged.sites,
            holders,
            suppressed: judged
                .suppressed
                .into_iter()
                .map(|(site, reason)| Suppressed { site, reason })
                .collect(),
            // A soak that was stopped has not measured everything that may grow.
            unmatched_suppressions: if self.stopped.is_none() {
                judged.unmatched
            } else {
                Vec::new()
            },
            other_tests_bytes: judged.other_tests_bytes,
            captured_output_bytes: judged.captured_output_bytes,
            attribution,
            stopped: self.stopped.clone(),
            ended_early: self.ended_early.clone(),
        }
    }
}

/// The groups with more open descriptors at the end than after the first round.
fn more_open([first, last]: &[BTreeMap<FileGroup, u64>; 2]) -> Vec<OpenFiles> {
    let before = |group| first.get(group).copied().unwrap_or(0);
    let mut more: Vec<OpenFiles> = last
        .iter()
        .map(|(group, count)| OpenFiles {
            group: group.clone(),
            first: before(group),
            last: *count,
        })
        .filter(|files| files.last > files.first)
        .collect();
    more.sort_by_key(|files| std::cmp::Reverse(files.last - files.first));
    more
}
