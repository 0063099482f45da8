namespace Apex.Vpn.Protocol.Admission;

/// <summary>Says which keys may become peers, when they come: behind it stands whatever knows the accounts.</summary>
/// <remarks>
/// <para>Asked when an initiator that is no configured peer has proven that it holds its key; one question per key at a time. Called on the
/// thread pool, up to <see cref="AdmissionOptions.MaxConcurrentLookups"/> at once: must be thread-safe, and may take its time. A connecting
/// client waits for the answer for 2 s; a later answer counts at its next try.</para>
/// <para>An exception, and no answer within 10 s, mean that the authorizer is away. Then keys that were granted before are let in on that
/// grant, until 6 h after the last proof of life, and nobody else.</para>
/// </remarks>
public interface IPeerAuthorizer
{
    /// <summary>Decides about a key.</summary>
    /// <param name="request">Who asks to be let in, and by which of the device's identities.</param>
    /// <param name="cancellationToken">Set 10 s after the call, and when the device ends: nobody waits any more.</param>
    /// <returns>What the key is granted, which the device takes over; null to refuse it. A refusal also ends a live peer of the key.</returns>
    ValueTask<PeerGrant?> AuthorizeAsync(PeerRequest request, CancellationToken cancellationToken);
}
