// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Collects the files that `<localfile>` blocks name.
package struct LocalFileCollector: Sendable {
    package let files: [LocalFile]
    private let agent: AgentIdentity

    package init(files: [LocalFile], agent: AgentIdentity) {
        self.files = files
        self.agent = agent
    }

    /// Lets the watcher follow all files, now and those that come.
    package func start(on watcher: FileWatcher) {
        for file in files { watcher.send(.collect(file, agent)) }
    }

    /// Whether a block names this file: then it is collected by that block
    /// alone, as is written there.
    package func claims(_ path: FilePath) -> Bool {
        let seconds = LocalClock.nanoseconds() / 1_000_000_000
        return files.contains { $0.claims(path, atSeconds: seconds) }
    }
}
