namespace Apex.Vpn.Fleet.Storage;

/// <summary>Names a request, so that it takes effect once however often it comes. Immutable; safe from any thread.</summary>
public sealed class IdempotencyKey
{
    /// <summary>How long a scope and a value may be, 128 characters.</summary>
    public const int MaxLength = 128;

    /// <summary>A key.</summary>
    /// <param name="scope">
    /// Whose key it is: an operator's name, an account's id. Who guesses another's key gets nothing of their answers. 1 to 128 characters.
    /// </param>
    /// <param name="value">The key that came with the request, 1 to 128 characters.</param>
    /// <param name="digest">
    /// A digest of the request, up to 64 bytes; the same key with another one is refused. Empty when nothing is to be compared.
    /// </param>
    /// <exception cref="ArgumentException">A length out of its range.</exception>
    public IdempotencyKey(string scope, string value, ReadOnlyMemory<byte> digest = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(scope);
        ArgumentException.ThrowIfNullOrEmpty(value);
        if (scope.Length > MaxLength) throw new ArgumentException($"A scope has at most {MaxLength} characters.", nameof(scope));
        if (value.Length > MaxLength) throw new ArgumentException($"A key has at most {MaxLength} characters.", nameof(value));
        if (digest.Length > 64) throw new ArgumentException("A digest has at most 64 bytes.", nameof(digest));
        Scope = scope;
        Value = value;
        Digest = digest;
    }

    /// <summary>Whose key it is.</summary>
    public string Scope { get; }

    /// <summary>The key.</summary>
    public string Value { get; }

    /// <summary>A digest of the request; empty when nothing is to be compared.</summary>
    public ReadOnlyMemory<byte> Digest { get; }
}
