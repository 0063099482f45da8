using Apex.Vpn.Fleet.Model;

namespace Apex.Vpn.Fleet.Storage;

/// <summary>What became of a refresh token that was presented.</summary>
public enum SessionOutcome
{
    /// <summary>It was valid, and is replaced.</summary>
    Rotated = 0,

    /// <summary>No session knows it, or its session is another device's, has expired or has ended.</summary>
    Refused = 1,

    /// <summary>It had been replaced before: somebody has a copy. The whole session has been ended.</summary>
    Reused = 2,
}

/// <summary>The answer to a refresh. A value; immutable.</summary>
/// <param name="Outcome">What became of the token.</param>
/// <param name="Session">The session after it; null when the token was refused.</param>
public readonly record struct SessionRotation(SessionOutcome Outcome, Session? Session);
