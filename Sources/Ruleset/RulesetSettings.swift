// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Settings that decide how a ruleset is compiled.
///
/// The values here are Wazuh's built-in ones. Source: analysis-engine.md §5.2,
/// §8, §10.
package struct RulesetSettings: Sendable, Hashable {
    /// The lowest level that writes an alert, from 0 to 16.
    package var logAlertLevel = 1
    /// The lowest level that is mailed, from 0 to 16.
    package var emailAlertLevel = 7
    /// How many fields a decoder may name and an event may carry, from 32 to
    /// 1024.
    package var decoderOrderSize = 256
    /// Seconds that a correlation looks back when the rule does not say.
    package var defaultTimeframe = 360

    package init() {}

    /// What a logtest session uses: every winning rule is an alert.
    package static var logtest: RulesetSettings {
        var settings = RulesetSettings()
        settings.logAlertLevel = 0
        return settings
    }
}
