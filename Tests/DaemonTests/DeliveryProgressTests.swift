// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing

@Suite("How far an agent's spool was delivered")
struct DeliveryProgressTests {
    @Test("with one lane everything that is delivered is done")
    func oneLane() {
        var progress = DeliveryProgress()
        let done = progress.deliveredMain(before: 11, events: 10)
        #expect(done?.before == 11)
        #expect(done?.events == 10)
        #expect(progress.done == 11)
        #expect(progress.main.stream == 1)
    }

    @Test("what is delivered ahead of a backlog is done when the backlog is")
    func twoLanes() {
        var progress = DeliveryProgress(next: 11)
        let isParted = progress.part(at: 1_001)
        #expect(isParted)
        #expect(progress.main.stream == 1_001)
        #expect(progress.backlog?.stream == 1)

        let ahead = progress.deliveredMain(before: 1_006, events: 5)
        #expect(ahead == nil)
        #expect(progress.done == 11)
        let half = progress.deliveredBacklog(before: 501, events: 490)
        #expect(half?.before == 501)
        #expect(half?.events == 490)
        let furtherAhead = progress.deliveredMain(before: 1_008, events: 2)
        #expect(furtherAhead == nil)
        let whole = progress.deliveredBacklog(before: 1_001, events: 500)
        #expect(whole?.before == 1_001)
        let both = progress.finishedBacklog()
        #expect(both?.before == 1_008)
        #expect(both?.events == 7)
        #expect(progress.done == 1_008)
        // The lane goes on under its name.
        let next = progress.deliveredMain(before: 1_009, events: 1)
        #expect(next?.events == 1)
        #expect(progress.main.stream == 1_001)
    }

    @Test("a second backlog waits until the first is done, and nothing makes none")
    func parting() {
        var progress = DeliveryProgress(next: 11)
        let answers = [11, 100, 200].map { progress.part(at: $0) }
        #expect(answers == [false, true, false])
        _ = progress.finishedBacklog()
        let later = [100, 200].map { progress.part(at: $0) }
        #expect(later == [false, true])
        #expect(progress.backlog?.stream == 100)
    }

    @Test("it is read as it was written, in one lane and in two")
    func text() {
        var progress = DeliveryProgress(next: 11)
        #expect(DeliveryProgress(progress.text) == progress)
        _ = progress.part(at: 1_001)
        _ = progress.deliveredMain(before: 1_006, events: 5)
        _ = progress.deliveredBacklog(before: 501, events: 490)
        #expect(
            progress.text
                == "00000000000000000001 00000000000000000501 00000000000000001001"
                + " 00000000000000001006 00000000000000000005\n"
        )
        #expect(DeliveryProgress(progress.text) == progress)
    }

    @Test("the number of a version with one lane is understood, anything else is not")
    func otherTexts() {
        #expect(DeliveryProgress("00000000000000000042") == DeliveryProgress(next: 42))
        for text in [
            "", "x", "1 2", "1 2 3 4 x", "0 0 0 0 0", "0 0 5 4 0", "3 2 9 9 0", "1 10 9 9 0",
        ] {
            #expect(DeliveryProgress(text) == nil, "\(text)")
        }
    }
}
