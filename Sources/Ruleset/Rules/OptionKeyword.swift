// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The keywords of `<options>`.
///
/// Source: analysis-engine.md §5.3, §5.4.
enum OptionKeyword: String, CaseIterable {
    case alertByEmail = "alert_by_email"
    case noEmailAlert = "no_email_alert"
    case logAlert = "log_alert"
    case noLog = "no_log"
    case noResponse = "no_ar"
    case noFullLog = "no_full_log"
    case noCounter = "no_counter"
}

extension Rule.Options {
    /// The flags of a level, changed by keywords in the order written.
    init(level: Int, keywords: [OptionKeyword], settings: RulesetSettings) {
        var logs = settings.logAlertLevel <= level
        var mails = settings.emailAlertLevel <= level
        var forbidsResponse = false
        var omitsFullLog = false
        var omitsCounter = false
        for keyword in keywords {
            switch keyword {
            case .alertByEmail: mails = true
            case .noEmailAlert:
                mails = false
                omitsCounter = false
            case .logAlert: logs = true
            case .noLog:
                logs = false
                omitsCounter = false
            case .noResponse: forbidsResponse = true
            case .noFullLog: omitsFullLog = true
            case .noCounter: omitsCounter = true
            }
        }
        self.init(
            logs: logs,
            mails: mails,
            forbidsResponse: forbidsResponse,
            omitsFullLog: omitsFullLog,
            omitsCounter: omitsCounter
        )
    }
}
