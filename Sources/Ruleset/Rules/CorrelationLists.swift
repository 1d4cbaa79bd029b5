// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// Numbers the lists of earlier events that correlations search.
///
/// Source: analysis-engine.md §5.8.
struct CorrelationLists {
    /// How many `if_matched_sid` lists there are: one for each rule referenced.
    private(set) var sidCount = 0
    /// How many `if_matched_group` lists there are: one for each rule that
    /// searches.
    private(set) var groupCount = 0
    private var sidLists: [Int: Int] = [:]
    /// How often rules feed group lists, all together.
    var groupFeedCount = 0

    /// Whether no rule may search another list: each is fed by up to all nodes.
    var isFull: Bool { groupFeedCount > 4_194_304 }

    /// Where a rule searches, nil for nowhere; makes the list if it is new.
    ///
    /// An `if_matched_regex` that is wrong is reported.
    mutating func source(
        for matched: MatchedEvents,
        _ log: inout DiagnosticLog
    ) -> Correlation.Source? {
        switch matched {
        case .none: return nil
        case .rule(let id):
            if let list = sidLists[id] { return .sid(list) }
            sidLists[id] = sidCount
            sidCount += 1
            return .sid(sidCount - 1)
        case .group:
            groupCount += 1
            return .group(groupCount - 1)
        case .log(let text):
            do {
                return .regex(try OSRegex(text.bytes, capturing: false))
            } catch {
                text.report(error, in: "osregex", &log)
                return nil
            }
        }
    }
}
