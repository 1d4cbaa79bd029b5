// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The rules that every engine has besides those of its files.
///
/// By them it says what it does about rules. No event is tried with them.
package enum OwnRules {
    /// An expression went on for too long and was ended.
    package static let cutExpression = 509_001
    /// An expression did so too often; its rule or decoder is switched off.
    package static let switchedOff = 509_002

    /// A web campaign opened or closed, in a ruleset that has no rules for them.
    package static let campaignOpened = 509_003
    package static let campaignClosed = 509_004

    /// The rules, in the order of their ids.
    package static var all: [Rule] {
        [
            rule(cutExpression, level: 5, "An expression costs too much"),
            rule(switchedOff, level: 10, "A rule or decoder is switched off for its costs"),
            rule(campaignOpened, level: 10, "A web campaign opened"),
            rule(campaignClosed, level: 3, "A web campaign closed"),
        ]
    }

    /// A rule whose alerts have the event's log as their description.
    private static func rule(_ id: Int, level: Int, _ words: String) -> Rule {
        Rule(
            id: id,
            level: level,
            conditions: [],
            correlation: nil,
            isSilent: false,
            ignoreSeconds: 0,
            description: DescriptionTemplate(raw: words, parts: [.field(.log)]),
            groupText: "jaga,engine,",
            metadata: Rule.Metadata(
                groups: ["jaga", "engine"],
                compliance: [],
                mitre: nil,
                cve: "",
                info: "",
                frequency: nil
            ),
            options: Rule.Options(
                logs: true,
                mails: false,
                forbidsResponse: true,
                omitsFullLog: false,
                omitsCounter: false
            ),
            feedsSidList: nil,
            feedsGroupLists: [],
            location: SourceLocation(file: "jaga", line: 1, column: 1)
        )
    }
}
