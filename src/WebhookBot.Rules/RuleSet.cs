using System.Security.Cryptography;
using System.Text;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Planning;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Rules;

/// <summary>The compiled rules and sources of a folder of rule files. Immutable; identified by the hash of what the files say.</summary>
public sealed class RuleSet
{
    internal RuleSet(
        IReadOnlyList<RuleFile> files, IReadOnlyList<Rule> rules, IReadOnlyList<SourceDefinition> sources, IReadOnlyDictionary<string, string> people)
    {
        Hash = HashOf(files);
        Files = [.. files.Select(f => f.Path)];
        Rules = rules;
        Sources = sources;
        People = people;
        Index = new RuleIndex(rules);
    }

    /// <summary>No rules and no sources.</summary>
    public static RuleSet Empty { get; } = new([], [], [], new Dictionary<string, string>());

    /// <summary>Sixteen hexadecimal digits; the same files give the same.</summary>
    public string Hash { get; }

    /// <summary>The paths of the files it was compiled from.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>All rules, by <see cref="Rule.Ordinal"/>.</summary>
    public IReadOnlyList<Rule> Rules { get; }

    public IReadOnlyList<SourceDefinition> Sources { get; }

    /// <summary>The Slack user of each GitHub login that is named; logins in any case of letters.</summary>
    public IReadOnlyDictionary<string, string> People { get; }

    internal RuleIndex Index { get; }

    private static string HashOf(IReadOnlyList<RuleFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            foreach (var part in new[] { file.Path, file.Text })
            {
                var bytes = Encoding.UTF8.GetBytes(part);
                hash.AppendData(BitConverter.GetBytes(bytes.Length));
                hash.AppendData(bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
