// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Vulnerabilities

/// One download of all feeds, and their compilation when one of them changed.
struct AdvisoryUpdate: Sendable {
    let folder: VulnerabilityFolder
    /// Instead of the usual feeds.
    let place: VulnerabilitySettings.Place?

    private var feeds: [AdvisoryFeed] {
        switch place {
        case nil: AdvisoryFeed.usual
        case .url(let url): [AdvisoryFeed(url)].compactMap { $0 }
        case .path: []
        }
    }

    /// Returns what went wrong; empty when nothing did.
    func run() async -> String {
        var troubles: [String] = []
        var isNew = false
        let feeds = feeds
        var source: String?
        if case .path(let path) = place {
            source = path
            isNew = true
        }
        let path = source
        for feed in feeds where !Task.isCancelled {
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
        if isNew || troubles.count < feeds.count {
            let failure = Handback<String>()
            do {
                try await DedicatedThread.run("advisories") {
                    do {
                        let now = HostClock.now().seconds
                        _ = try folder.compile(from: path, at: now) { _ in }
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
