// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The connections that are open, bounded in all and for one address.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var byAddress: [String: Int] = [:]
        var isClosed = false
    }

    private let total: Int
    private let perAddress: Int
    private let state = Mutex(State())

    init(total: Int, perAddress: Int) {
        self.total = total
        self.perAddress = perAddress
    }

    /// Counts a connection until it closes; false when there may be no more.
    func enter(_ channel: any Channel, from address: String) -> Bool {
        let isIn = state.withLock { state in
            let here = state.byAddress[address] ?? 0
            guard !state.isClosed, state.channels.count < total, here < perAddress else {
                return false
            }
            state.channels[ObjectIdentifier(channel)] = channel
            state.byAddress[address] = here + 1
            return true
        }
        if isIn { channel.closeFuture.whenComplete { _ in self.leave(channel, address) } }
        return isIn
    }

    /// Closes all of them and takes no more.
    func closeAll() {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }

    /// Waits until all are closed.
    func closed() async {
        let channels = state.withLock { Array($0.channels.values) }
        // It fails for a channel that did not close well, which is closed too.
        for channel in channels { try? await channel.closeFuture.get() }
    }

    private func leave(_ channel: any Channel, _ address: String) {
        state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            let here = state.byAddress[address] ?? 0
            state.byAddress[address] = here > 1 ? here - 1 : nil
        }
    }
}
