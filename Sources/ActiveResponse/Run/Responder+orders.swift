// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a manager of Wazuh has this host do.
extension Responder {
    /// Carries out a response, as far as this host's own settings let it.
    package func obey(_ response: Response, for alert: ResponseAlert) async {
        let now = surroundings.now()
        await follow(state.withLock { $0.ordered(response, for: alert, at: now) }, nil)
    }
}
