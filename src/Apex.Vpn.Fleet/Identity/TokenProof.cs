using Apex.Vpn.Fleet.Keys;

namespace Apex.Vpn.Fleet.Identity;

/// <summary>Lets nodes in by one-time tokens. Safe from any thread.</summary>
/// <remarks>
/// A token that comes with another name or city than it was made for is used up all the same: somebody has it who should not.
/// </remarks>
/// <param name="tokens">Where the records are.</param>
public sealed class TokenProof(IEnrolmentTokens tokens) : IEnrolmentProof
{
    private const int IdSize = 16, SecretSize = 32;
    private readonly IEnrolmentTokens _tokens = tokens ?? throw new ArgumentNullException(nameof(tokens));

    /// <inheritdoc/>
    public string Kind => "token";

    /// <summary>The evidence that a node shows: <c>id[16] | secret[32]</c>. It holds the secret; the caller disposes it.</summary>
    /// <param name="token">The token.</param>
    public static SecretBytes Show(EnrolmentToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var evidence = new SecretBytes(IdSize + SecretSize);
        token.Id.TryWriteBytes(evidence.Writable.Span);
        token.Secret.Span.CopyTo(evidence.Writable.Span[IdSize..]);
        return evidence;
    }

    /// <inheritdoc/>
    public async ValueTask<EnrolmentDecision> DecideAsync(
        EnrolmentRequest request, ReadOnlyMemory<byte> evidence, ulong source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (evidence.Length != IdSize + SecretSize) return EnrolmentDecision.Refused;
        var id = new Guid(evidence.Span[..IdSize]);
        byte[] hash = EnrolmentToken.HashSecret(id, evidence.Span[IdSize..]);
        EnrolmentTokenRecord? record = await _tokens.BurnAsync(id, hash, cancellationToken).ConfigureAwait(false);
        return record is not null && record.IsFor(request)
            ? new EnrolmentDecision(EnrolmentState.Approved, record.Node)
            : EnrolmentDecision.Refused;
    }
}
