// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Whether settings and ruleset can be read.
struct DoctorConfiguration {
    private static let listed = 3
    private let loader: RulesetSource
    private let file: String?

    init(_ configuration: AllInOne.Configuration) {
        loader = RulesetSource(configuration)
        file = configuration.file
    }

    func check() -> [DoctorFinding] {
        let configured: RulesetSource.Configured
        do {
            configured = try loader.configure()
        } catch {
            return [
                .problem(
                    "settings",
                    Self.text(error),
                    remedy: "mend the file, or name another with --config"
                )
            ]
        }
        return settings(configured.diagnostics) + [ruleset(configured.settings)]
    }

    private func settings(_ diagnostics: [Diagnostic]) -> [DoctorFinding] {
        guard let file else { return [.ok("settings", "no ossec.conf: the defaults are used")] }
        let mistakes = diagnostics.filter { $0.severity == .error }
        guard !mistakes.isEmpty else {
            return [.ok("settings", "\(file) is understood")]
        }
        return [
            .problem(
                "settings",
                "\(file) has \(mistakes.count) mistakes; their blocks are off: "
                    + Self.list(mistakes),
                remedy: "mend them; jaga up lists them all at its start"
            )
        ]
    }

    private func ruleset(_ settings: Settings) -> DoctorFinding {
        do {
            let loaded = try loader.load(settings)
            let counts = loaded.counts
            return .ok(
                "ruleset",
                "\(counts.rules) rules and \(counts.decoders) decoders of \(loader.place)"
            )
        } catch {
            return .problem(
                "ruleset",
                Self.text(error),
                remedy: "see all mistakes with: jaga check"
            )
        }
    }

    private static func text(_ error: any Error) -> String {
        guard let failure = error as? DaemonError, !failure.diagnostics.isEmpty else {
            return "\(error)"
        }
        return "\(failure): " + list(failure.diagnostics.filter { $0.severity == .error })
    }

    private static func list(_ diagnostics: [Diagnostic]) -> String {
        let shown = diagnostics.prefix(listed).map(\.description).joined(separator: "; ")
        let rest = diagnostics.count - listed
        return rest > 0 ? "\(shown); and \(rest) more" : shown
    }
}
