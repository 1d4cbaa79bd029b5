// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The lists that are registered, read when a rule first looks into one.
struct ListRegistry {
    /// Those that rules look into, by ``ListLookup/list``.
    private(set) var lists: [LookupList] = []
    private var files: [String: RulesetFile] = [:]
    private var indices: [String: Int] = [:]

    init(_ files: [RulesetFile]) {
        for file in files { self.files[LookupList.canonical(file.path)] = file }
    }

    /// The registered paths, for hints.
    var paths: [String] { files.keys.sorted() }

    /// The index of a list as a rule names it; nil when it is not registered.
    mutating func index(of path: String, _ log: inout DiagnosticLog) -> Int? {
        let path = LookupList.canonical(path)
        if let index = indices[path] { return index }
        guard let file = files[path] else { return nil }
        lists.append(LookupList(file, &log))
        indices[path] = lists.count - 1
        return lists.count - 1
    }
}
