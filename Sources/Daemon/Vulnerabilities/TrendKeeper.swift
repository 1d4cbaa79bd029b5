// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Vulnerabilities

/// Notes each day how many findings there are, once all images are scanned.
struct TrendKeeper {
    private let folder: VulnerabilityFolder
    private let board: VulnerabilityBoard
    private var trend: FindingTrend?

    init(folder: VulnerabilityFolder, board: VulnerabilityBoard) {
        self.folder = folder
        self.board = board
    }

    /// Looks at the board; writes when it tells of another number.
    mutating func note() async {
        let state = board.state
        // After a start it is empty until the first scans are done.
        guard state.waiting == 0, !state.entries.isEmpty else { return }
        var known = trend ?? folder.readTrend()
        var day = FindingTrend.Day(day: CalendarDay.text(HostClock.now().seconds))
        for entry in state.entries.values { day.add(entry.report) }
        let isNew = known.take(day)
        guard isNew || trend == nil else { return }
        trend = known
        let kept = known
        board.change { $0.trend = kept.days }
        guard isNew else { return }
        let folder = folder
        // What is not kept is noted again at the next change.
        try? await DedicatedThread.run("trend") { try? folder.keep(kept) }
    }
}
