// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where the files lie that come with the binary: ruleset, dashboard.
struct ShippedFolder {
    private let environment: [String: String]

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// The folder `name`, known by `mark` being a file or folder in it: what
    /// `variable` says, then beside the binary as `make dist` lays it
    /// (`../share/jaga/NAME`), then in the checkout that the binary was built in,
    /// then `/usr/share/jaga/NAME`; nil when it is nowhere.
    func path(of name: String, variable: String, mark: String) -> String? {
        if let named = environment[variable], !named.isEmpty { return named }
        var above = (FileSystem.executablePath() ?? "").split(separator: "/").dropLast()
        var candidates = ["/" + above.dropLast().joined(separator: "/") + "/share/jaga/" + name]
        while !above.isEmpty {
            let folder = "/" + above.joined(separator: "/")
            // Only a checkout counts: any other folder may be anybody's.
            if FileSystem.isFile(folder + "/Package.swift") {
                candidates.append(folder + "/" + name)
            }
            above = above.dropLast()
        }
        candidates.append("/usr/share/jaga/" + name)
        return candidates.first { folder in
            FileSystem.isFolder(folder + "/" + mark) || FileSystem.isFile(folder + "/" + mark)
        }
    }
}
