// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Numbers of decoder names; what `decoded_as` may name.
///
/// Source: analysis-engine.md §4.2.
struct DecoderNames {
    /// By number; 0 is the empty name of events that no decoder took.
    private(set) var names = [""]
    private var numbers: [String: Int] = [:]

    /// Decoders that are no XML.
    static let builtIn = [
        "rootcheck", "syscheck_integrity_changed", "syscheck_new_entry", "syscheck_deleted",
        "syscheck_registry_key_modified", "syscheck_registry_key_added",
        "syscheck_registry_key_deleted", "syscheck_registry_value_modified",
        "syscheck_registry_value_added", "syscheck_registry_value_deleted", "hostinfo_new",
        "hostinfo_modified", "syscollector", "ciscat", "windows_eventchannel", "sca",
    ]

    init() {
        for name in Self.builtIn { _ = register(name) }
    }

    /// The number of a name, which is made when the name is new.
    mutating func register(_ name: String) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = names.count
        names.append(name)
        return names.count - 1
    }

    /// The number of a name; nil when no decoder has it.
    func number(of name: String) -> Int? { numbers[name] }
}
