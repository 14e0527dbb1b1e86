using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Planning;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Rules;

/// <summary>The compiled rules and sources of a folder of rule files. Immutable; identified by the hash of what the files say.</summary>
public sealed class RuleSet
{
    internal RuleSet(IReadOnlyList<RuleFile> files, IReadOnlyList<Rule> rules, IReadOnlyList<SourceDefinition> sources)
    {
        Hash = HashOf(files);
        Files = [.. files.Select(f => f.Path)];
        Rules = rules;
        Sources = sources;
        Index = new RuleIndex(rules);
    }

    /// <summary>No rules and no sources.</summary>
    public static RuleSet Empty { get; } = new([], [], []);

    /// <summary>Sixteen hexadecimal digits; the same files give the same.</summary>
    public string Hash { get; }

    /// <summary>The paths of the files it was compiled from.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>All rules, by <see cref="Rule.Ordinal"/>.</summary>
    public IReadOnlyList<Rule> Rules { get; }

    public IReadOnlyList<SourceDefinition> Sources { get; }

    /// <summary>The Slack user of each GitHub login that is named; logins in any case of letters.</summary>
    public IReadOnlyDictionary<string, string> People { get; internal init; } = new Dictionary<string, string>();

    /// <summary>What <c>vars</c> define, one JSON object.</summary>
    public JsonElement Vars { get; internal init; } = JsonElement.Parse("{}"u8);

    /// <summary>What rules of single repositories may do, by pattern of the repository's name, in the order they are written.</summary>
    public IReadOnlyList<RepositoryGrant> Repositories { get; internal init; } = [];

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
