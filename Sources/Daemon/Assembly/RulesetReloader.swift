// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Ruleset
import WebServer

/// Reads the ruleset again while Jaga works, and what `ossec.conf` says of it, of responses,
/// outputs and reports.
///
/// Everything else in `ossec.conf` waits for a restart.
struct RulesetReloader: Sendable {
    /// As read at the start.
    let settings: Settings
    let loader: RulesetSource
    let parts: Parts
    let current: CurrentRuleset
    let responses: Responses
    let outputs: AlertOutputs
    let reports: ReportMailer
    let observer: DaemonObserver

    /// Compiles the ruleset anew beside the old one, and takes it over when it
    /// has no errors; the operator is told in either case.
    ///
    /// - Throws: `ReloadRefusal` when the old one stays.
    @discardableResult
    func reload() async throws -> ReloadReport {
        let outcome = Handback<Result<ReloadReport, ReloadRefusal>>()
        do {
            try await DedicatedThread.run("reload") { outcome.give(attempt()) }
        } catch {
            outcome.give(.failure(ReloadRefusal("\(error)", diagnostics: [])))
        }
        // Given above in every case.
        guard let result = outcome.take() else { return ReloadReport(rules: 0, decoders: 0) }
        report(result)
        return try result.get()
    }

    /// Reloads when files have changed, until the task is cancelled; at once over when
    /// the settings do not want it.
    func watch(pace: RulesetWatch.Pace) async {
        guard settings.reloadsOnChange else { return }
        let loader = loader
        let started = settings
        let watch = RulesetWatch(
            {
                // A file with mistakes says nothing of other places; the reload tells.
                let configured = try? loader.configure()
                return loader.places(configured?.settings ?? started)
            },
            pace: pace
        )
        // The operator is told.
        await watch.run { _ = try? await reload() }
    }

    private func attempt() -> Result<ReloadReport, ReloadRefusal> {
        do {
            // As at the start, a mistake disables its block.
            let configured = try loader.configure()
            let settings = configured.settings
            let loaded = try loader.load(settings)
            parts.pipeline.replaceEngine(with: try loader.engine(loaded.ruleset, settings))
            current.replace(
                with: CurrentRuleset.Loaded(source: loaded, time: HostClock.now().milliseconds)
            )
            replaceAnswers(configured)
            return .success(
                ReloadReport(rules: loaded.counts.rules, decoders: loaded.counts.decoders)
            )
        } catch let error as DaemonError {
            return .failure(ReloadRefusal("\(error)", diagnostics: error.diagnostics))
        } catch {
            return .failure(ReloadRefusal("\(error)", diagnostics: []))
        }
    }

    /// Responses and outputs stay as they are while `ossec.conf` has mistakes: one of them may
    /// be in what is never to be touched, or in who is to be told.
    private func replaceAnswers(_ configured: RulesetSource.Configured) {
        let mistakes = configured.diagnostics.filter { $0.severity == .error }
        guard mistakes.isEmpty else {
            return observer.notice(.responsesKept(errors: mistakes.map(\.description)))
        }
        responses.replace(configured.settings)
        for complaint in responses.complaints { observer.notice(complaint) }
        reports.replace(configured.settings.outputs)
        do {
            try outputs.replace(configured.settings.outputs.outputs)
        } catch {
            observer.notice(.output("outputs stay as they were: \(error)", true))
        }
    }

    private func report(_ result: Result<ReloadReport, ReloadRefusal>) {
        switch result {
        case .success(let report):
            parts.metrics.update { $0.reloads += 1 }
            observer.notice(
                .rulesetReloaded(decoders: report.decoders, rules: report.rules)
            )
        case .failure(let refusal):
            parts.metrics.update { $0.failedReloads += 1 }
            let mistakes = refusal.diagnostics.map(\.description)
            observer.notice(
                .rulesetRefused(errors: mistakes.isEmpty ? [refusal.message] : mistakes)
            )
        }
    }
}
