// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import ActiveResponse
package import Analysis
import EventModel

/// What Jaga is told to do, from `ossec.conf`; every part has a good default,
/// and no file at all is a working all-in-one.
package struct Settings: Sendable {
    /// The Docker listener: by default it always tries, without end.
    package var dockerListener: DockerListener = .automatic
    /// Which engines are watched, and which containers are read.
    package var containers = ContainerSettings()
    /// Files to collect besides the containers' logs, in file order.
    package var localFiles: [LocalFileBlock] = []
    package var ruleset = RulesetSection()
    /// Alerts below this level are not written; from 1 to 16.
    ///
    /// Source: analysis-engine.md §10; the stock file of Wazuh says 3, and
    /// so does Jaga without a file.
    package var logAlertLevel = 3
    /// Whether everything that is read is kept, alerts or not (`logall_json`).
    package var keepsArchives = false
    /// Alerts from this level on carry the mail flag; from 1 to 16.
    package var emailAlertLevel = 12
    /// Whether the ruleset is read again when its files change.
    package var reloadsOnChange = true
    /// How often the expression of a rule or decoder may cost too much until it is
    /// switched off; 0 for never.
    package var switchOffAfter = 10
    /// File with the places of addresses, for `srcgeoip` and `dstgeoip`.
    package var geoDatabase: String?
    /// Agents of Wazuh that report here; by default none.
    package var fleet = FleetSettings()
    /// What is said of access lines: trusted proxies, campaigns, the whitelist.
    package var webLogs = WebLogSettings()
    /// The Wazuh manager that this host reports to; by default none.
    package var client = ClientSettings()
    /// What alerts lead to; by default nothing.
    package var responses = ResponseSettings()
    /// Every `<command>`, used by a response or not.
    package var responseCommands: [ResponseCommand] = []
    /// Whether images are scanned by themselves.
    package var vulnerabilities = VulnerabilitySettings()
    /// How it is looked at how things are run.
    package var posture = PostureSettings()

    /// Who is told of alerts; by default nobody.
    package var outputs = OutputSettings()

    package init() {}

    /// How Docker's events are listened to.
    package enum DockerListener: Sendable, Equatable {
        /// No block was given: connect at once, try for ever.
        case automatic
        case block(DockerListenerBlock)
        /// The block says `disabled`, or it has a bad value.
        case off
    }
}

/// `<wodle name="docker-listener">`.
///
/// Source: around-the-engine.md §1.1.
package struct DockerListenerBlock: Sendable, Equatable {
    /// Seconds between a start that failed and the next.
    package var intervalSeconds: Int64 = 60
    /// Consecutive failures after which the listener gives up.
    ///
    /// - Compatibility: Wazuh counts all failures of a lifetime.
    package var attempts: Int = 5
    /// Whether the first start is at once and not after one interval.
    package var runsOnStart = false
    /// Day of the month, from 1 to 31.
    package var day: Int?
    /// Day of the week, 0 is Sunday.
    package var weekday: Int?
    /// Minute of the day, from 0 to 1439.
    package var minuteOfDay: Int?
    /// Instead of ``intervalSeconds``: months, which have no fixed length.
    package var intervalMonths: Int?

    package init() {}
}

/// `<ruleset>`: where decoders, rules and lists are.
///
/// Source: analysis-engine.md §10.
package struct RulesetSection: Sendable, Equatable {
    /// A folder with the pattern that names in it must match.
    package struct Folder: Sendable, Equatable {
        package var path: String
        /// An os_regex on `folder/file`.
        package var pattern: String = ".xml$"
    }

    package var decoderFolders: [Folder] = []
    package var ruleFolders: [Folder] = []
    package var decoderIncludes: [String] = []
    package var ruleIncludes: [String] = []
    package var decoderExcludes: [String] = []
    package var ruleExcludes: [String] = []
    package var lists: [String] = []

    package init() {}

    /// Whether the file says nothing of rules: the default ruleset is used.
    package var isEmpty: Bool { self == RulesetSection() }
}
