using System.Text.RegularExpressions;

namespace WebhookBot.Clients.GitHub;

/// <summary>A repository's full name. Equal whatever the case of its letters.</summary>
public readonly partial record struct RepositoryName
{
    private RepositoryName(string owner, string name) => (Owner, Name) = (owner, name);

    public string Owner { get; }

    public string Name { get; }

    /// <summary>The parts of <c>owner/name</c>; null when it is none, or could reach elsewhere when put into an address.</summary>
    public static RepositoryName? Parse(string? text) =>
        text is not null && Form().Match(text) is { Success: true } match && match.Groups[2].Value is not ("." or "..")
            ? new RepositoryName(match.Groups[1].Value, match.Groups[2].Value)
            : null;

    public bool Equals(RepositoryName other) => string.Equals(ToString(), other.ToString(), StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(ToString());

    public override string ToString() => $"{Owner}/{Name}";

    [GeneratedRegex(@"\A([A-Za-z0-9](?:[A-Za-z0-9_-]{0,99}))/([A-Za-z0-9._-]{1,100})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
