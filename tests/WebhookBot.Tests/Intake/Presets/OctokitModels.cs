using System.Reflection;
using System.Runtime.Serialization;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using OctokitEvent = Octokit.Webhooks.WebhookEvent;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>Octokit's models of GitHub's events, written as the text that the preset knows its events from.</summary>
internal sealed partial class OctokitModels
{
    private static readonly Assembly Models = typeof(OctokitEvent).Assembly;

    private readonly SortedDictionary<string, Type> _found = new(StringComparer.Ordinal);

    public static string Write() => new OctokitModels().WriteAll();

    private string WriteAll()
    {
        var text = new StringBuilder("# Written by GitHubEventsTests from Octokit.Webhooks; what it lacks stands in github.additions.txt.\n");
        var events = Models.GetTypes().Where(t => Named("WebhookEventTypeAttribute", t) is not null);
        foreach (var type in events.OrderBy(t => Named("WebhookEventTypeAttribute", t), StringComparer.Ordinal))
        {
            text.Append("event ").Append(Named("WebhookEventTypeAttribute", type)).Append('\n');
            foreach (var (action, payload) in Actions(type))
            {
                text.Append($"  {action} {Reference(payload)}\n");
            }
        }

        var written = new HashSet<string>();
        while (_found.Keys.FirstOrDefault(n => !written.Contains(n)) is { } next)
        {
            written.Add(next);
            Fields(_found[next]).ForEach(f => Kind(f));
            BaseOf(_found[next]);
        }

        foreach (var (name, type) in _found)
        {
            text.Append(BaseOf(type) is { } other ? $"type {name} : {Reference(other)}\n" : $"type {name}\n");
            foreach (var field in Fields(type).OrderBy(NameOf, StringComparer.Ordinal))
            {
                text.Append($"  {NameOf(field)} {Kind(field)}\n");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(string Action, Type Payload)> Actions(Type type)
    {
        if (!type.IsAbstract)
        {
            return [("-", type)];
        }

        return Models.GetTypes().Where(t => t.IsSubclassOf(type))
            .Select(t => (Named("WebhookActionTypeAttribute", t) ?? "*", t))
            .OrderBy(t => t.Item1, StringComparer.Ordinal);
    }

    private static string? Named(string attribute, Type type) =>
        type.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.Name == attribute)?.ConstructorArguments[0].Value as string;

    // A type without fields of its own is its base.
    private string Reference(Type type)
    {
        while (type.BaseType is { } other && other != typeof(object) && Fields(type).Count == 0)
        {
            type = other;
        }

        var name = NameOf(type);
        _found.TryAdd(name, type);
        return name;
    }

    private Type? BaseOf(Type type)
    {
        var other = type.BaseType!;
        if (other == typeof(object) || other.Assembly != Models)
        {
            return null;
        }

        Reference(other);
        return other;
    }

    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(',', type.GetGenericArguments().Select(a => a.Name))}>"
        : type.FullName!.Replace("Octokit.Webhooks.", "", StringComparison.Ordinal).Replace("Models.", "", StringComparison.Ordinal).Replace("Events.", "", StringComparison.Ordinal);

    private static string NameOf(PropertyInfo field) => field.GetCustomAttribute<JsonPropertyNameAttribute>()!.Name;

    private static List<PropertyInfo> Fields(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(p => p.GetCustomAttribute<JsonPropertyNameAttribute>() is not null && p.GetCustomAttribute<JsonIgnoreAttribute>() is null)
            .Where(p => p.GetMethod!.GetBaseDefinition().DeclaringType == type)];

    private string Kind(PropertyInfo field) => Kind(field.PropertyType);

    private string Kind(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.Name.StartsWith("StringEnum", StringComparison.Ordinal))
        {
            return Kind(type.GetGenericArguments()[0]);
        }

        if (type.IsEnum)
        {
            var values = type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetCustomAttribute<EnumMemberAttribute>()?.Value).ToList();
            return values.TrueForAll(v => v is not null) && AsGitHubWrites().IsMatch(string.Concat(values)) ? $"text|{string.Join('|', values)}" : "text";
        }

        if (type == typeof(string))
        {
            return "text";
        }

        if (type == typeof(bool))
        {
            return "boolean";
        }

        if (type == typeof(DateTimeOffset))
        {
            return "time";
        }

        if (type.IsPrimitive || type == typeof(decimal))
        {
            return "number";
        }

        if (type.IsArray)
        {
            return Kind(type.GetElementType()!) + "[]";
        }

        if (type.IsGenericType && type.GetGenericArguments() is [var key, var value] && key == typeof(string))
        {
            return Kind(value) + "{}";
        }

        if (type.IsGenericType && type.IsInterface)
        {
            return Kind(type.GetGenericArguments()[0]) + "[]";
        }

        // What has a reader of its own is more than its properties tell.
        return type.Assembly == Models && type.GetCustomAttribute<JsonConverterAttribute>() is null ? Reference(type) : "anything";
    }

    // Octokit reads values in any case, and has some in another than GitHub sends.
    [GeneratedRegex("^([a-z0-9_]+|[A-Z0-9_]+)$")]
    private static partial Regex AsGitHubWrites();
}
