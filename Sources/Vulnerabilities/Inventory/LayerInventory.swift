// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What one layer of an image has to do with packages.
package struct LayerInventory: Sendable, Hashable {
    /// A file that tells of packages, perhaps of none any more.
    package struct File: Sendable, Hashable {
        package let path: String
        package let packages: [InstalledPackage]

        package init(path: String, packages: [InstalledPackage]) {
            self.path = path
            self.packages = packages
        }
    }

    package var files: [File] = []
    /// By the path of `os-release`.
    package var releases: [String: SystemRelease] = [:]
    /// Paths that this layer takes away from those below.
    package var removed: [String] = []
    /// Folders of which nothing from below is seen.
    package var opaque: [String] = []
    /// Hashes of the paths of all that is not a folder, in rising order once the
    /// layer is read.
    package var names: [UInt64] = []
    /// What could not be read, and why; for people.
    package var notes: [String] = []

    package init() {}

    /// Whether this layer has something other than a folder at a path.
    func has(_ path: some StringProtocol) -> Bool {
        let wanted = PathHash.of(path)
        var low = 0
        var high = names.count
        while low < high {
            let middle = (low + high) / 2
            if names[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < names.count && names[low] == wanted
    }
}

/// FNV-1a of a path: the same on every machine, as remembered layers need.
///
/// Source: draft-eastlake-fnv-21.
enum PathHash {
    static func of(_ text: some StringProtocol) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
