// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto
import HostFiles
import Synchronization

/// The bundles of all groups, made from the files below `etc/shared`.
///
/// Asking is quick and reads nothing; ``rescan()`` blocks and is called every
/// few seconds.
package final class SharedFiles: Sendable {
    /// Bytes of one file at most.
    private static let fileLimit = 1 << 20
    /// Bytes of a bundle at most.
    private static let bundleLimit = 8 << 20
    /// Combinations of groups at most.
    private static let combinationLimit = 4_096

    private struct Made: Sendable {
        var versions: [String: FileStamp]
        var bundle: SharedBundle
    }

    private struct State {
        /// By the names of the groups, joined with commas.
        var made: [String: Made] = [:]
        var wanted: Set<String> = []
        var skipped: Set<String> = []
    }

    private let folder: String
    private let state = Mutex(State())

    package init(folder: String) {
        self.folder = folder
    }

    /// Files that are not sent: too large, or with a zero byte, at which agents cut.
    package var skippedFiles: [String] { state.withLock { $0.skipped.sorted() } }

    /// The bundle of an agent of these groups; nil until the next scan has made it.
    package func bundle(for groups: [String]) -> SharedBundle? {
        let name = groups.joined(separator: ",")
        return state.withLock { state in
            if let made = state.made[name] { return made.bundle }
            if state.wanted.count < Self.combinationLimit { state.wanted.insert(name) }
            return nil
        }
    }

    /// Looks at all files again, and makes what is asked for or has changed.
    package func rescan() {
        let (wanted, made) = state.withLock { ($0.wanted, $0.made) }
        var skipped: Set<String> = []
        for name in wanted {
            let groups = name.split(separator: ",").map(String.init)
            let paths = paths(of: groups)
            let versions = paths.compactMapValues(FileStamp.init(of:))
            if made[name]?.versions == versions {
                skipped.formUnion(state.withLock { $0.skipped })
                continue
            }
            let bundle = SharedBundle(
                group: Self.title(of: groups),
                files: files(paths, &skipped)
            )
            state.withLock { $0.made[name] = Made(versions: versions, bundle: bundle) }
        }
        state.withLock { $0.skipped = skipped }
    }

    /// Where each file lies; later groups win.
    private func paths(of groups: [String]) -> [String: String] {
        var paths = ["ar.conf": folder + "/ar.conf"]
        for group in groups where GroupNames.isValid(group) {
            let folder = "\(folder)/\(group)"
            for name in SmallFile.names(in: folder)
            where SharedBundle.isSafe(name) && name != SharedBundle.name {
                let path = "\(folder)/\(name)"
                if !SmallFile.isFolder(path) { paths[name] = path }
            }
        }
        return paths
    }

    /// `ar.conf` first, then by name.
    private func files(
        _ paths: [String: String],
        _ skipped: inout Set<String>
    ) -> [SharedBundle.File] {
        var files: [SharedBundle.File] = []
        var size = 0
        let order = paths.keys.sorted { ($0 == "ar.conf" ? "" : $0) < ($1 == "ar.conf" ? "" : $1) }
        for name in order {
            guard let path = paths[name], FileStamp(of: path) != nil else { continue }
            guard let bytes = try? SmallFile.read(path, limit: Self.fileLimit),
                !bytes.contains(0), size + bytes.count <= Self.bundleLimit
            else {
                skipped.insert(path)
                continue
            }
            size += bytes.count
            files.append(SharedBundle.File(name: name, bytes: bytes))
        }
        return files
    }

    /// A group's name; of several, the start of a digest.
    private static func title(of groups: [String]) -> String {
        if groups.count == 1, let group = groups.first { return group }
        let digest = SHA256.hash(data: Array(groups.joined(separator: ",").utf8))
        return digest.prefix(4).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
