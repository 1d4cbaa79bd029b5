// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Ruleset

/// Where an all-in-one's settings and ruleset come from, at start and again
/// at each reload.
struct RulesetSource: Sendable {
    /// What `ossec.conf` says.
    struct Configured: Sendable {
        let settings: Settings
        let diagnostics: [Diagnostic]
    }

    /// A ruleset that can be used.
    struct Loaded: Sendable {
        let ruleset: Ruleset
        let counts: RulesetLoading.Counts
        /// Warnings and notes.
        let diagnostics: [Diagnostic]
    }

    private let configuration: AllInOne.Configuration
    private let finder: RulesetFinder

    init(_ configuration: AllInOne.Configuration) {
        self.configuration = configuration
        finder = RulesetFinder(environment: configuration.environment)
    }

    /// Where the ruleset lies, for people.
    var place: String {
        configuration.rulesets.isEmpty
            ? finder.shipped ?? "" : configuration.rulesets.joined(separator: ", ")
    }

    /// Reads `ossec.conf`, if there is one; mistakes in it disable their
    /// blocks and stand in the diagnostics.
    ///
    /// - Throws: ``DaemonError`` `unreadable-file`; `invalid-configuration`
    ///   when the file is no XML.
    func configure() throws -> Configured {
        guard let file = configuration.file else {
            return Configured(settings: Settings(), diagnostics: [])
        }
        let read = try OssecConfiguration.load(file)
        guard !read.diagnostics.contains(where: { $0.code == "malformed-xml" }) else {
            throw DaemonError(
                .invalidConfiguration,
                "\(file) cannot be read as a configuration",
                diagnostics: read.diagnostics
            )
        }
        return Configured(settings: read.settings, diagnostics: read.diagnostics)
    }

    /// The files that make the ruleset, `ossec.conf` among them.
    func places(_ settings: Settings) -> RulesetWatch.Places {
        var places =
            configuration.rulesets.isEmpty
            ? finder.places(section: settings.ruleset, data: configuration.data)
            : finder.places(in: configuration.rulesets)
        if let file = configuration.file { places.files.append(file) }
        return places
    }

    /// Reads and compiles the ruleset.
    ///
    /// - Throws: ``DaemonError`` `invalid-configuration` with all mistakes,
    ///   `ruleset-folder`, `unreadable-file`.
    func load(_ settings: Settings) throws -> Loaded {
        var rulesetSettings = RulesetSettings()
        rulesetSettings.logAlertLevel = settings.logAlertLevel
        rulesetSettings.emailAlertLevel = settings.emailAlertLevel
        let files =
            configuration.rulesets.isEmpty
            ? try finder.files(section: settings.ruleset, data: configuration.data)
            : try finder.files(in: configuration.rulesets)
        let loading = RulesetLoader.load(files, settings: rulesetSettings)
        guard let ruleset = loading.ruleset else {
            throw DaemonError(
                .invalidConfiguration,
                "the ruleset has mistakes; mend them and start again, or look with: jaga check",
                diagnostics: loading.diagnostics
            )
        }
        return Loaded(
            ruleset: ruleset,
            counts: loading.counts,
            diagnostics: loading.diagnostics
        )
    }

    /// An engine without memory for a ruleset.
    ///
    /// - Throws: ``DaemonError`` `unreadable-file` when the database of places
    ///   cannot be used.
    func engine(_ ruleset: Ruleset, _ settings: Settings) throws -> AnalysisEngine {
        var engine = AnalysisEngine.Configuration(
            managerName: configuration.hostname,
            places: try settings.geoDatabase.map { try GeoDatabase(path: $0).places }
        )
        engine.strikeLimit = settings.switchOffAfter
        engine.webLogs = settings.webLogs
        return AnalysisEngine(ruleset: ruleset, configuration: engine)
    }
}
