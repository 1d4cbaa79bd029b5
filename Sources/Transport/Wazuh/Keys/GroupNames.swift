// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Names of groups of agents.
///
/// Source: around-the-engine.md §4.2.
package enum GroupNames {
    /// The group of agents that have none.
    package static let usual = "default"
    /// Groups of one agent at most.
    package static let countLimit = 128
    private static let nameLimit = 255

    /// Letters, digits, `_`, `.` and `-`, but neither `.` nor `..`.
    package static func isValid(_ name: String) -> Bool {
        (1...nameLimit).contains(name.utf8.count) && name.utf8.allSatisfy(AgentName.isCharacter)
            && name != "." && name != ".."
    }

    /// Reads a list with commas, each name once.
    ///
    /// - Throws: ``EnrolmentRefusal``, also for a group that `exists` denies.
    package static func read(
        _ list: String,
        exists: (String) -> Bool
    ) throws(EnrolmentRefusal) -> [String] {
        guard !list.isEmpty else { throw .init("Invalid group name: Empty Group") }
        let shown = String(decoding: list.utf8.prefix(nameLimit), as: UTF8.self)
        if list.hasPrefix(",") || list.hasSuffix(",") {
            throw .init("Invalid group name: \(shown)... cannot start or end with ','")
        }
        if list.utf8.contains(UInt8(ascii: " ")) {
            throw .init("Invalid group name: \(shown)... white spaces are not allowed")
        }
        var names: [String] = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(part)
            try check(name, in: shown)
            guard exists(name) else { throw .init("Invalid group: \(name)") }
            if !names.contains(name) { names.append(name) }
            guard names.count <= countLimit else {
                throw .init("Maximum multigroup reached: Limit is \(countLimit)")
            }
        }
        return names
    }

    private static func check(_ name: String, in shown: String) throws(EnrolmentRefusal) {
        if name.isEmpty {
            throw .init("Invalid group name: \(shown)... consecutive ',' are not allowed")
        }
        if name.utf8.count > nameLimit {
            throw .init("Invalid group name: \(shown)... group is too large")
        }
        if name.utf8.contains(where: { #"\/:*?"<>|,"#.utf8.contains($0) }) {
            throw .init(
                "Invalid group name: \(shown)... characters '\\/:*?\"<>|,' are prohibited"
            )
        }
        guard isValid(name) else { throw .init("Invalid group name: \(name)") }
    }
}
