using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using WebhookBot.Journal;

namespace WebhookBot.Intake;

/// <summary>
/// One pass over a verified body: whether it is JSON that can safely be worked off, and the values its event's name, id and subject
/// are made of. Allocates next to nothing, whatever the body says.
/// </summary>
internal ref struct BodyJson
{
    public const int MaxDepth = DeliveryBody.MaxDepth;
    public const int MaxTokens = 1_000_000;

    private readonly BodyFields _fields;
    private readonly Stack<BodyFields.Node?> _open = new();
    private BodyValues _values;
    private BodyNames _names;

    private BodyJson(BodyFields fields)
    {
        _fields = fields;
        _values = new BodyValues(fields.Count);
        _names = new BodyNames();
    }

    /// <summary>The values by the number of their path; null, and what is wrong, when the body is no such JSON.</summary>
    public static string?[]? Read(ReadOnlySpan<byte> body, BodyFields fields, out string? problem)
    {
        if (!Utf8.IsValid(body))
        {
            problem = "the body is not UTF-8";
            return null;
        }

        problem = null;
        var plain = DeliveryBody.WithoutMark(body);
        return BodyScan.Read(plain, fields) ?? ReadSlowly(plain, fields, out problem);
    }

    /// <summary>The same by the library's reader, which decides in the end and says where a mistake is.</summary>
    internal static string?[]? ReadSlowly(ReadOnlySpan<byte> body, BodyFields fields, out string? problem)
    {
        var pass = new BodyJson(fields);
        try
        {
            problem = pass.Walk(body);
            return problem is null ? pass._values.Finish() : null;
        }
        catch (JsonException e)
        {
            problem = pass._open.Count >= MaxDepth
                ? $"the body is nested deeper than {MaxDepth} levels"
                : $"the body is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
            return null;
        }
        finally
        {
            pass.Dispose();
        }
    }

    public readonly void Dispose()
    {
        _names.Dispose();
        _values.Dispose();
    }

    private string? Walk(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        BodyFields.Node? at = _fields.Root;
        var tokens = 0;
        while (reader.Read())
        {
            if (++tokens > MaxTokens)
            {
                return $"the body has more than {MaxTokens:N0} JSON tokens";
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    if (!_names.Add(IsUnescaped(ref reader, out var name) ? Encoding.UTF8.GetBytes(name) : reader.ValueSpan))
                    {
                        return $"the body has a key twice in one object: byte {reader.TokenStartIndex}";
                    }

                    at = _open.Peek()?.Find(reader.ValueSpan);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    _open.Push(at);
                    _names.Open();
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    _open.Pop();
                    _names.Close();
                    at = _open.Count > 0 ? _open.Peek() : null;
                    break;
                default:
                    if (_open.Count == 0)
                    {
                        return "the body is neither a JSON object nor an array";
                    }

                    Keep(ref reader, at);
                    at = _open.Peek();
                    break;
            }
        }

        return null;
    }

    private void Keep(ref Utf8JsonReader reader, BodyFields.Node? at)
    {
        if (at is not { Path: >= 0 and var path } || reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (!BodyValues.IsCut(reader.ValueSpan) && IsUnescaped(ref reader, out var text))
        {
            _values.Keep(path, text);
        }
        else
        {
            _values.Keep(path, reader.ValueSpan);
        }
    }

    // A name or text with half of a surrogate pair in it cannot be unescaped; it stays as it is written.
    private static bool IsUnescaped(ref Utf8JsonReader reader, out string text)
    {
        text = "";
        if (!reader.ValueIsEscaped)
        {
            return false;
        }

        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
