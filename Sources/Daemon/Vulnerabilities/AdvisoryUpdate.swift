// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Vulnerabilities

/// One download of all feeds, and their compilation when one of them changed.
struct AdvisoryUpdate: Sendable {
    let folder: VulnerabilityFolder

    /// Returns what went wrong; empty when nothing did.
    func run() async -> String {
        var troubles: [String] = []
        var isNew = false
        for feed in AdvisoryFeed.usual where !Task.isCancelled {
            do {
                let outcome = try await AdvisoryDownload(folder: folder.sources)
                    .fetch(feed) { _, _ in }
                if outcome == .new { isNew = true }
            } catch {
                troubles.append("\(error)")
            }
        }
        // Compiled again even when nothing changed, so that the age of what is known
        // is right; not when nothing came at all.
        if isNew || troubles.count < AdvisoryFeed.usual.count {
            let failure = Handback<String>()
            do {
                try await DedicatedThread.run("advisories") {
                    do {
                        let now = HostClock.now().seconds
                        _ = try folder.compile(from: nil, at: now) { _ in }
                    } catch {
                        failure.give("\(error)")
                    }
                }
            } catch {
                troubles.append("\(error)")
            }
            if let text = failure.take() { troubles.append(text) }
        }
        return troubles.joined(separator: "\n")
    }
}
