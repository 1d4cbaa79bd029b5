// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import ArgumentParser
import Daemon
import EventModel
import Ruleset

/// Which ruleset a command works with.
struct RulesetOptions: ParsableArguments {
    @Option(
        name: .customLong("ruleset"),
        help: ArgumentHelp(
            "A folder with decoders/, rules/ and lists/ that replaces the default ruleset; repeatable.",
            valueName: "dir"
        )
    )
    var folders: [String] = []

    @Option(
        help: ArgumentHelp(
            "The ossec.conf whose settings count: its <ruleset>, when no --ruleset is given, "
                + "and what its <jaga> says of access lines.",
            valueName: "file"
        )
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The data folder, whose etc/decoders, etc/rules and etc/lists are added. "
                + "(default: JAGA_DATA, else /var/lib/jaga)",
            valueName: "dir"
        )
    )
    var data: String?

    @Option(
        name: .customLong("geoip-db"),
        help: ArgumentHelp(
            "The .mmdb file that srcgeoip and dstgeoip ask, instead of that of --config.",
            valueName: "file"
        )
    )
    var geoDatabase: String?

    /// The settings of `--config`, or those without a file; its diagnostics
    /// go to standard error.
    func settings() throws -> Settings {
        guard let config else { return Settings() }
        let configuration = try Failure.reported { try OssecConfiguration.load(config) }
        Failure.list(configuration.diagnostics)
        return configuration.settings
    }

    /// What rules that ask for places look into; nil without a database.
    func places(_ settings: Settings) throws -> AddressPlaces? {
        guard let path = geoDatabase ?? settings.geoDatabase else { return nil }
        return try Failure.reported { try GeoDatabase(path: path).places }
    }

    /// The files of the ruleset that was chosen.
    func files(_ settings: Settings) throws -> RulesetFiles {
        let finder = RulesetFinder(environment: HostEnvironment.variables)
        return try Failure.reported {
            if !folders.isEmpty { return try finder.files(in: folders) }
            return try finder.files(section: settings.ruleset, data: HostEnvironment.data(data))
        }
    }

    /// The compiled ruleset; with mistakes in it, they are listed and the
    /// program ends with exit code 3.
    func load(_ rulesetSettings: RulesetSettings) throws -> RulesetLoading {
        let loading = RulesetLoader.load(try files(settings()), settings: rulesetSettings)
        Failure.list(loading.diagnostics.filter { $0.severity != .note })
        if loading.ruleset == nil { throw ExitCode(ExitStatus.invalidConfiguration) }
        return loading
    }
}
