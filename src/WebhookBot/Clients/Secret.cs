using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WebhookBot.Clients;

/// <summary>A secret that is configured. Whoever prints it, writes it as JSON or looks at it in a debugger sees <c>***</c>.</summary>
/// <param name="value">What it is.</param>
[TypeConverter(typeof(FromSetting))]
[JsonConverter(typeof(AsStars))]
[DebuggerDisplay(Redaction.Mark)]
public sealed class Secret(string value)
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string _value = value;

    /// <summary>Whether it is set to something that is not blank.</summary>
    public static bool IsSet(Secret? secret) => !string.IsNullOrWhiteSpace(secret?._value);

    /// <summary>The value itself, for the one place that uses it.</summary>
    public string Reveal() => _value;

    public override string ToString() => Redaction.Mark;

    // How the settings are bound.
    private sealed class FromSetting : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new Secret((string)value);
    }

    private sealed class AsStars : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteStringValue(Redaction.Mark);
    }
}
