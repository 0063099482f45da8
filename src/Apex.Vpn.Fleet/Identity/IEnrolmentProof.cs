namespace Apex.Vpn.Fleet.Identity;

/// <summary>A way for a node to show that it may join: a token, a person, a TPM, a cloud's identity document.</summary>
/// <remarks>Called for requests from the network, whose keys were checked. Safe from any thread.</remarks>
public interface IEnrolmentProof
{
    /// <summary>Names the way in requests: lower-case letters and hyphens.</summary>
    string Kind { get; }

    /// <summary>Decides about a request.</summary>
    /// <param name="request">What the node says about itself.</param>
    /// <param name="evidence">What it shows; at most 64 KiB; anything may come, and it must not throw for it.</param>
    /// <param name="source">Where it comes from: a keyed hash of its address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<EnrolmentDecision> DecideAsync(
        EnrolmentRequest request, ReadOnlyMemory<byte> evidence, ulong source, CancellationToken cancellationToken);
}
